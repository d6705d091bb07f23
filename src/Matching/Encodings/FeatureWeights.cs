namespace CooperaNet.Matching.Encodings;

/// <summary>The vocabulary and inverse document frequencies that an ML.NET pipeline learned, as a look-up.</summary>
/// <remarks>Equal to MapValueToKey, ProduceNgrams (length 1, tf-idf) and NormalizeLpNorm of that pipeline for the terms it knows; a test holds them together.</remarks>
public sealed class FeatureWeights
{
    private const int UnknownBuckets = 1 << 20;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> spans;
    private readonly float[] idf;
    private readonly bool keepUnknown;
    private readonly float unknownIdf;

    /// <param name="vocabulary">Features in the order of their ids, ordinal.</param>
    /// <param name="idf">One inverse document frequency each, ln(documents / documents with it).</param>
    /// <param name="keepUnknown">Whether a feature outside the vocabulary counts, as a rare one, by its hash.</param>
    public FeatureWeights(IReadOnlyList<string> vocabulary, float[] idf, bool keepUnknown)
    {
        Vocabulary = vocabulary;
        this.idf = idf;
        this.keepUnknown = keepUnknown;
        unknownIdf = idf.Length == 0 ? 1 : idf.Max();
        var ids = new Dictionary<string, int>(vocabulary.Count, StringComparer.Ordinal);
        for (var i = 0; i < vocabulary.Count; i++)
        {
            ids.Add(vocabulary[i], i);
        }

        spans = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The features in the order of their ids.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>The inverse document frequencies in the order of the ids.</summary>
    public IReadOnlyList<float> Idf => idf;

    /// <summary>The id and weight of one occurrence; id -1 for a feature that doesn't count.</summary>
    public (int Id, float Weight) Find(ReadOnlySpan<char> feature) =>
        spans.TryGetValue(feature, out var id) ? (id, idf[id])
        : keepUnknown ? (idf.Length + (int)(Hash(feature) % UnknownBuckets), unknownIdf)
        : (-1, 0);

    /// <summary>The strongest features of a text, term frequency times inverse document frequency, unit length.</summary>
    public SparseVector Encode(IEnumerable<string> features, int count)
    {
        using var sum = new FeatureSum(capacity: 128);
        foreach (var feature in features)
        {
            sum.Add(Find(feature));
        }

        return sum.Strongest(count);
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
