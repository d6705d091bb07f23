using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Training;

namespace CooperaNet.Matching.Trainer;

/// <summary>The texts that say the same in several languages, as stems with ids that are given in the order of their first sight.</summary>
internal sealed class ParallelRows(TextAnalyzer analyzer)
{
    private const int MaxAlternatives = 6;
    private readonly Dictionary<(int Language, string Stem), int> ids = [];
    private readonly List<(int Language, string Stem)> stems = [];
    private readonly List<(int[][][] Alternatives, float Weight)> rows = []; // by language, then alternative, then word

    /// <summary>The language and stem of each id.</summary>
    public IReadOnlyList<(int Language, string Stem)> Stems => stems;

    /// <summary>Ids of the stems that the thesaurus uses.</summary>
    public HashSet<int> ThesaurusStems { get; } = [];

    public int Count => rows.Count;

    public int[] Read(string text, int language) => [.. analyzer.Analyze(text, LanguageDetector.Languages[language]).Select(token => Id(language, token.Term))];

    public void Add(Source source, ParallelText text) =>
        rows.Add(([.. text.Texts.Select((part, language) => Alternatives(source.IsDictionary ? part.Split('|') : [part], language))], source.Weight));

    public void Add(ConceptEntry concept)
    {
        int[][][] alternatives = [.. concept.Terms.Select((terms, language) => Alternatives(terms, language))];
        rows.Add((alternatives, 1));
        ThesaurusStems.UnionWith(alternatives.SelectMany(language => language).SelectMany(words => words));
    }

    /// <summary>The rows as bags of words.</summary>
    public IEnumerable<ParallelTerms> Bags() => rows.Select(row => new ParallelTerms([.. row.Alternatives.Select(language => language.SelectMany(words => words).ToArray())], row.Weight));

    /// <summary>The rows as texts, word by word, in all languages.</summary>
    public IEnumerable<IReadOnlyList<int[]>> Texts() => rows.Select(row => (IReadOnlyList<int[]>)[.. row.Alternatives.SelectMany(language => language)]);

    /// <summary>The rows for learning what translates what between two languages: each alternative of one with each of the other.</summary>
    public IEnumerable<ParallelTerms> Pairs(int source, int target, Func<int, bool> kept)
    {
        foreach (var (alternatives, weight) in rows)
        {
            var (left, right) = (alternatives[source].Take(MaxAlternatives).ToList(), alternatives[target].Take(MaxAlternatives).ToList());
            foreach (var (l, r) in left.SelectMany(l => right.Select(r => (l, r))))
            {
                var terms = new int[alternatives.Length][];
                (terms[source], terms[target]) = ([.. l.Where(kept)], [.. r.Where(kept)]);
                yield return new(terms, weight / MathF.Sqrt(left.Count * right.Count));
            }
        }
    }

    private int[][] Alternatives(IEnumerable<string> texts, int language) => [.. texts.Select(text => Read(text, language)).Where(words => words.Length > 0)];

    private int Id(int language, string stem)
    {
        if (!ids.TryGetValue((language, stem), out var id))
        {
            id = ids[(language, stem)] = stems.Count;
            stems.Add((language, stem));
        }

        return id;
    }
}
