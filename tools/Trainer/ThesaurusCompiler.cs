using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Tagging;
using CooperaNet.Matching.Taxonomy;
using CooperaNet.Matching.Thesauri;

namespace CooperaNet.Matching.Trainer;

/// <summary>Turns the librarians' thesaurus into the one that the model finds concepts with.</summary>
internal static class ThesaurusCompiler
{
    /// <summary>The thesaurus over the model's stems.</summary>
    /// <param name="own">Its concepts and our own projects.</param>
    /// <param name="vocabulary">The stems.</param>
    /// <param name="analyzer">Terms to stems.</param>
    /// <param name="texts">Spanish texts on development, from which, with our own projects, a concept's rarity is told.</param>
    public static Thesaurus Compile(OwnTexts own, Vocabulary vocabulary, TextAnalyzer analyzer, IReadOnlyList<string> texts)
    {
        var positions = own.Concepts.Select((concept, i) => (concept.Id, i)).ToDictionary();
        var terms = own.Concepts.SelectMany((concept, position) => concept.Terms.SelectMany((names, language) => names.SelectMany(name => new[] { name, Folded.Of(name) }.Distinct())
            .Select(name => analyzer.Analyze(name, LanguageDetector.Languages[language]).Select(token => vocabulary.Find(language, token.Term).Id).ToArray())
            .Where(words => words.Length > 0 && words.All(word => word < vocabulary.Count))
            .DistinctBy(words => string.Join(' ', words)).Select(words => new ConceptTerm(words, position)))).ToList();
        Concept Of(ConceptEntry entry, float weight) => new(
            entry.Id, [.. entry.Terms.Select(names => names[0])], [.. entry.Broader.Select(id => positions[id])],
            [.. entry.Areas.Select(area => AreaCodes.All.ToList().IndexOf(area))], [.. entry.Goals], weight);
        var unweighted = new Thesaurus([.. own.Concepts.Select(entry => Of(entry, 1))], terms);
        // How rare a concept is among texts on development.
        var (spoken, mentions) = (new int[positions.Count], new List<ConceptMention>());
        foreach (var (text, language) in texts.Select(text => (text, 1)).Concat(own.Projects.SelectMany(project => project.Texts.Select((text, language) => ($"{text.Title}\n{text.Summary}", language)))))
        {
            mentions.Clear();
            unweighted.Find([.. analyzer.Analyze(text, LanguageDetector.Languages[language]).Select(token => vocabulary.Find(language, token.Term).Id)], mentions);
            foreach (var concept in mentions.SelectMany(mention => unweighted.WithBroader(mention.Concept)).Distinct())
            {
                spoken[concept]++;
            }
        }

        double documents = texts.Count + (own.Projects.Count * LanguageDetector.Languages.Count);
        return new([.. own.Concepts.Select((entry, i) => Of(entry, (float)Math.Sqrt(Math.Log((documents + 1) / (spoken[i] + 0.5)))))], terms);
    }
}
