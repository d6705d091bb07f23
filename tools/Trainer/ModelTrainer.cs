using System.Diagnostics;
using System.Globalization;
using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Tagging;
using CooperaNet.Matching.Taxonomy;
using CooperaNet.Matching.Training;
using CooperaNet.Matching.Translations;
using Microsoft.ML;

namespace CooperaNet.Matching.Trainer;

/// <summary>Learns a model from public texts and our own, step by step; same inputs, same bytes.</summary>
internal sealed class ModelTrainer(OwnTexts own, string folder, IReadOnlyList<Source> sources, bool labelled, TextWriter log) : IDisposable
{
    private const double MinTranslation = 0.02;
    private const int BestTranslations = 5;
    private const float MinStrength = 0.1f; // weaker ones tell texts apart no better, and make most of the work of a query
    private const int MinDocuments = 2;
    private const int DetectorShare = 4; // one text in so many is enough to tell languages apart

    private readonly MLContext ml = new(seed: 1);
    private readonly TextAnalyzer analyzer = new();
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly int languages = LanguageDetector.Languages.Count;

    public ModelParts Train()
    {
        var rows = ReadRows();
        var paragraphs = labelled ? Source.Labelled.ReadRows(folder).Select(row => (Words: rows.Read(row["text_es"], 1), Text: row["text_es"], Goal: int.Parse(row["sdg"], CultureInfo.InvariantCulture))).ToList() : [];
        Say($"{rows.Count} rows in several languages, {paragraphs.Count} labelled paragraphs, {rows.Stems.Count} stems");
        var links = LearnTranslations(rows, [.. paragraphs.Select(paragraph => paragraph.Words)]);
        // Paragraphs on development exist in one language only: each word's best translation makes them say the same in all.
        var bags = rows.Bags().Concat(Translated(paragraphs.Select(paragraph => paragraph.Words), links, rows.Stems)).ToList();
        var (vocabulary, ids) = LearnVocabulary(rows, bags);
        var translations = new TranslationTable(links.Where(link => link.Strength >= MinStrength && ids[link.From] >= 0 && ids[link.To] >= 0).Select(link => new TranslationLink(ids[link.From], ids[link.To], link.Strength)), vocabulary);
        var thesaurus = ThesaurusCompiler.Compile(own, vocabulary, analyzer, [.. paragraphs.Select(paragraph => paragraph.Text)]);
        Say($"{thesaurus.Concepts.Count} concepts, {thesaurus.Terms.Count} terms");
        var (words, phrases) = new MeaningTrainer(ml, vocabulary, thesaurus, ids, rows.ThesaurusStems).Learn(bags, [.. rows.Texts(), .. paragraphs.Select(paragraph => (IReadOnlyList<int[]>)[paragraph.Words])]);
        Say($"{words.Vectors.Count} word vectors and {phrases.Vectors.Count} phrase vectors from {bags.Count} rows");
        var parts = new ModelParts
        {
            Languages = LearnLanguages(),
            Vocabulary = vocabulary,
            Vectors = words,
            Phrases = phrases,
            Translations = translations,
            Thesaurus = thesaurus,
            Centres = [.. Enumerable.Range(0, languages).Select(_ => new float[SemanticCode.MeaningLength])],
            Tagger = Untrained(),
            Rarity = Rarity(),
            Fusion = new([.. Enumerable.Range(0, languages * languages).Select(_ => new PairWeights(0, 0, 1, [1, 1, 1, 1, 1, 1]))], 0),
        };
        parts = parts with { Centres = LearnCentres(parts) };
        parts = parts with { Tagger = LearnTagger(parts, [.. paragraphs.Select(paragraph => (paragraph.Text, paragraph.Goal))]) };
        var (rarity, fusion, said) = FusionTrainer.Learn(ml, own, parts);
        Say(said);
        return parts with { Rarity = rarity, Fusion = fusion };
    }

    public void Dispose() => analyzer.Dispose();

    private void Say(string text) => log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds,4:0} s  {text}"));

    private ParallelRows ReadRows()
    {
        var rows = new ParallelRows(analyzer);
        foreach (var source in sources)
        {
            foreach (var text in source.Read(folder))
            {
                rows.Add(source, text);
            }
        }

        foreach (var concept in own.Concepts)
        {
            rows.Add(concept);
        }

        return rows;
    }

    private List<TranslationLink> LearnTranslations(ParallelRows rows, IReadOnlyList<int[]> paragraphs)
    {
        var documents = new int[rows.Stems.Count];
        foreach (var bag in rows.Bags().SelectMany(row => row.Terms).Concat(paragraphs))
        {
            foreach (var term in bag.Distinct())
            {
                documents[term]++;
            }
        }

        bool IsKept(int term) => documents[term] >= MinDocuments || rows.ThesaurusStems.Contains(term);
        var links = new List<TranslationLink>();
        for (var source = 0; source < languages; source++)
        {
            for (var target = source + 1; target < languages; target++)
            {
                links.AddRange(TranslationLearner.Learn(rows.Pairs(source, target, IsKept), source, target, MinTranslation, BestTranslations));
            }
        }

        Say($"{links.Count / 2} translations");
        return links;
    }

    private List<ParallelTerms> Translated(IEnumerable<int[]> paragraphs, IReadOnlyList<TranslationLink> links, IReadOnlyList<(int Language, string Stem)> stems)
    {
        var best = new Dictionary<(int Term, int Language), TranslationLink>();
        foreach (var link in links)
        {
            var key = (link.From, stems[link.To].Language);
            best[key] = best.TryGetValue(key, out var known) && known.Strength >= link.Strength ? known : link;
        }

        return [.. paragraphs.Select(words => new ParallelTerms(
            [.. Enumerable.Range(0, languages).Select(language => language == 1 ? words : words.Where(word => best.ContainsKey((word, language))).Select(word => best[(word, language)].To).ToArray())], 1))];
    }

    private (Vocabulary Vocabulary, int[] Ids) LearnVocabulary(ParallelRows rows, List<ParallelTerms> bags)
    {
        var documents = new int[rows.Stems.Count];
        foreach (var term in bags.SelectMany(bag => bag.Terms.SelectMany(terms => terms).Distinct()))
        {
            documents[term]++;
        }

        string Key(int term) => $"{LanguageDetector.Languages[rows.Stems[term].Language]} {rows.Stems[term].Stem}";
        var kept = Enumerable.Range(0, rows.Stems.Count).Where(term => documents[term] >= MinDocuments || rows.ThesaurusStems.Contains(term)).ToList();
        var (features, _) = FeatureLearner.Learn(ml, [.. bags.Select(bag => bag.Terms.SelectMany(terms => terms).Distinct().Select(Key).ToArray())], kept.Select(Key).ToHashSet(StringComparer.Ordinal));
        var byLanguage = Enumerable.Range(0, languages).Select(language => features.Where(feature => feature.Feature.StartsWith(LanguageDetector.Languages[language] + " ", StringComparison.Ordinal)).ToList()).ToList();
        var vocabulary = new Vocabulary([.. byLanguage.Select(part => part.ConvertAll(feature => feature.Feature[3..]))], [.. byLanguage.SelectMany(part => part).Select(feature => (float)(Half)feature.Idf)]);
        var ids = new int[rows.Stems.Count];
        Array.Fill(ids, -1);
        kept.ForEach(term => ids[term] = vocabulary.Find(rows.Stems[term].Language, rows.Stems[term].Stem).Id);
        Say($"{vocabulary.Count} stems kept");
        return (vocabulary, ids);
    }

    /// <summary>Every tenth text is left out of the detector's training and measures it.</summary>
    private LanguageDetector LearnLanguages()
    {
        var texts = sources.Where(source => !source.IsDictionary).SelectMany(source => source.Read(folder)).SelectMany(row => row.Texts.Select((text, language) => (Code: LanguageDetector.Languages[language], Text: text)))
            .Concat(own.Projects.SelectMany(project => project.Texts.Select((text, language) => (Code: LanguageDetector.Languages[language], Text: $"{text.Title}\n{text.Summary}"))))
            .Concat(own.Offers.Concat(own.Needs).Select(item => (Code: item.LanguageCode, Text: $"{item.Title}\n{item.Summary}")))
            .Where(text => text.Text.Length > 0).Where((_, i) => i % DetectorShare == 0).ToList();
        var (weights, biases) = LanguageLearner.Learn(ml, texts.Where((_, i) => i % 10 != 0).SelectMany(text => new[] { text, (text.Code, FirstWords(text.Text, 3)) }));
        var detector = new LanguageDetector([.. weights.Select(weight => (float)(Half)weight)], biases);
        var held = texts.Where((_, i) => i % 10 == 0).ToList();
        Say(string.Create(CultureInfo.InvariantCulture, $"language of a text: {held.Average(text => detector.Detect(text.Text) == text.Code ? 1.0 : 0):0.0000}"));
        return detector;
    }

    /// <summary>What all texts on development share in each language: the mean of our own projects, which say the same in all four.</summary>
    private float[][] LearnCentres(ModelParts parts)
    {
        using var model = new MatchingModel(parts, "");
        return [.. Enumerable.Range(0, languages).Select(language =>
        {
            var sum = new float[SemanticCode.MeaningLength];
            foreach (var project in own.Projects)
            {
                var meaning = new float[SemanticCode.MeaningLength];
                model.Read(project.Texts[language].Title, project.Texts[language].Summary, LanguageDetector.Languages[language], meaning);
                for (var d = 0; d < sum.Length; d++)
                {
                    sum[d] += meaning[d] / own.Projects.Count;
                }
            }

            return sum;
        })];
    }

    private TaggerWeights LearnTagger(ModelParts parts, IReadOnlyList<(string Text, int Goal)> paragraphs)
    {
        using var model = new MatchingModel(parts, "");
        ReadText Read(string title, string text, string language)
        {
            var meaning = new float[SemanticCode.MeaningLength];
            return new(meaning, model.Read(title, text, language, meaning).Concepts);
        }

        var targets = Source.Parallel[0].ReadRows(folder).Where(row => row["kind"] == "target").SelectMany(row => LanguageDetector.Languages.Where(language => row[language].Length > 0)
            .Select(language => (Read("", row[language], language), Goal: int.Parse(row["code"].Split('.')[0], CultureInfo.InvariantCulture)))).ToList();
        var tagged = own.Projects.SelectMany(project => project.Texts.Select((text, language) => (Read(text.Title, text.Summary, LanguageDetector.Languages[language]), (IReadOnlyList<string>)project.Areas)))
            .Concat(own.Offers.Select(offer => (Read(offer.Title, offer.Summary, offer.LanguageCode), (IReadOnlyList<string>)offer.AreasOfFocus))).ToList();
        IReadOnlyList<(ReadText, int)> goals = labelled ? [.. paragraphs.Select(paragraph => (Read("", paragraph.Text, "es"), paragraph.Goal))]
            : [.. targets.Where(target => target.Goal < Tagger.GoalCount), .. own.Projects.SelectMany(project => project.Texts.Select((text, language) => (Read(text.Title, text.Summary, LanguageDetector.Languages[language]), project.Goals[0]))).Where(text => text.Item2 < Tagger.GoalCount)];
        var weights = TaggerLearner.Learn(ml, parts.Thesaurus, goals, [.. targets.Select(target => (target.Item1.Meaning, target.Goal))], tagged, own.Projects.Average(project => project.Goals.Length));
        Say($"goals from {goals.Count} texts: weights {string.Join(" ", weights.GoalFusion.Select(weight => weight.ToString("0.00", CultureInfo.InvariantCulture)))}; areas {string.Join(" ", weights.AreaFusion.Select(weight => weight.ToString("0.00", CultureInfo.InvariantCulture)))}");
        return weights;
    }

    private TagRarity Rarity()
    {
        var items = own.Offers.Concat(own.Needs).ToList();
        float Of(int count) => (float)Math.Log((items.Count + 1.0) / (count + 1.0));
        return new(
            [.. AreasOfFocus.All.Select(area => Of(items.Count(item => item.AreasOfFocus.Contains(area.Key))))],
            [.. Enumerable.Range(1, Goals.Count).Select(goal => Of(items.Count(item => item.Goals.Contains(goal))))],
            0, 0);
    }

    private static TaggerWeights Untrained() => new()
    {
        Goals = [],
        GoalBiases = [],
        Targets = [],
        TargetGoals = [],
        GoalFusion = [0, 1, 0, 0],
        AreaFusion = [1, 0],
        GoalPriors = [.. Enumerable.Repeat(1f, Tagger.GoalCount)],
        AreaPriors = [.. Enumerable.Repeat(1f, AreaCodes.All.Count)],
    };

    private static string FirstWords(string text, int count) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(count));
}
