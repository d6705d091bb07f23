namespace CooperaNet.Matching.Analysis;

/// <summary>The stems that a model knows in each language, with ids and inverse document frequencies. Safe for concurrent use.</summary>
/// <remarks>A stem that it doesn't know gets an id by its hash, without its language: names and numbers are the same in all of them.</remarks>
public sealed class Vocabulary
{
    private const int UnknownBuckets = 1 << 20;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>[] ids;
    private readonly int[] firsts; // where each language's ids start; the count at the end
    private readonly float[] idf;
    private readonly float unknownIdf;

    /// <param name="stems">By language, in the order of LanguageDetector.Languages; each language's in ordinal order. Ids run on from one language to the next.</param>
    /// <param name="idf">ln(documents / documents with the stem), by id.</param>
    public Vocabulary(IReadOnlyList<IReadOnlyList<string>> stems, float[] idf)
    {
        (Stems, this.idf) = (stems, idf);
        firsts = [0, .. stems.Select((_, language) => stems.Take(language + 1).Sum(part => part.Count))];
        ArgumentOutOfRangeException.ThrowIfNotEqual(idf.Length, firsts[^1]);
        unknownIdf = idf.Length == 0 ? 1 : idf.Max();
        ids = [.. stems.Select((part, language) => Index(part, firsts[language]))];
    }

    /// <summary>Stems by language.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Stems { get; }

    /// <summary>Inverse document frequencies by id.</summary>
    public IReadOnlyList<float> Idf => idf;

    /// <summary>Known stems; ids from here on are of unknown ones.</summary>
    public int Count => idf.Length;

    /// <summary>The id and inverse document frequency of a stem; an unknown one counts as rare.</summary>
    public (int Id, float Idf) Find(int language, ReadOnlySpan<char> stem) => ids[language].TryGetValue(stem, out var id) ? (id, idf[id]) : (Count + (int)(Hash(stem) % UnknownBuckets), unknownIdf);

    /// <summary>The inverse document frequency of an id.</summary>
    public float IdfOf(int id) => id < Count ? idf[id] : unknownIdf;

    /// <summary>The language of a known stem's id.</summary>
    public int LanguageOf(int id)
    {
        var language = 0;
        while (id >= firsts[language + 1])
        {
            language++;
        }

        return language;
    }

    /// <summary>The stem of an id; null for an unknown one.</summary>
    public string? FindStem(int id) => id < Count ? Stems[LanguageOf(id)][id - firsts[LanguageOf(id)]] : null;

    private static Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Index(IReadOnlyList<string> stems, int first)
    {
        var ids = new Dictionary<string, int>(stems.Count, StringComparer.Ordinal);
        for (var i = 0; i < stems.Count; i++)
        {
            ids.Add(stems[i], first + i);
        }

        return ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    private static uint Hash(ReadOnlySpan<char> text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return hash;
    }
}
