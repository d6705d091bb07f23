using System.Runtime.InteropServices;

namespace CooperaNet.Matching.Languages;

/// <summary>Tells English, Spanish, Portuguese and French apart by hashed character n-grams, with weights that ML.NET learned.</summary>
/// <remarks>O(characters). Features: FNV-1a hashes of lower-case n-grams of 1 to 4 characters, L2-normalised counts.</remarks>
public sealed class LanguageDetector
{
    /// <summary>Languages in the order of the weights.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "es", "pt", "fr"];

    /// <summary>The position of a BCP-47 code's language in <see cref="Languages"/>; English's for any other.</summary>
    public static int PositionOf(string languageCode) => Primary(languageCode) switch { "es" => 1, "pt" => 2, "fr" => 3, _ => 0 };

    /// <summary>The primary language of a BCP-47 code, lower case: <c>pt</c> of <c>pt-BR</c>.</summary>
    public static string Primary(string languageCode)
    {
        var end = languageCode.IndexOf('-', StringComparison.Ordinal);
        var primary = end < 0 ? languageCode : languageCode[..end];
        return primary is "en" or "es" or "pt" or "fr" ? primary : primary.ToLowerInvariant();
    }

    /// <summary>Number of hash buckets; a power of two.</summary>
    public const int Buckets = 1 << 15;

    private const int MaxCharacters = 2_000;
    private readonly float[] weights;
    private readonly float[] biases;

    /// <param name="weights">Languages x <see cref="Buckets"/>, row by row.</param>
    /// <param name="biases">One for each language.</param>
    public LanguageDetector(float[] weights, float[] biases)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, Languages.Count * Buckets);
        ArgumentOutOfRangeException.ThrowIfNotEqual(biases.Length, Languages.Count);
        this.weights = weights;
        this.biases = biases;
    }

    internal float[] Weights => weights;

    internal float[] Biases => biases;

    /// <summary>The likeliest language; English for a text without letters.</summary>
    public string Detect(string text)
    {
        var counts = Features(text);
        if (counts.Count == 0)
        {
            return Languages[0];
        }

        var norm = Math.Sqrt(counts.Values.Sum(count => (double)count * count));
        Span<double> scores = stackalloc double[Languages.Count];
        foreach (var (bucket, count) in counts)
        {
            for (var language = 0; language < scores.Length; language++)
            {
                scores[language] += weights[(language * Buckets) + bucket] * count;
            }
        }

        var best = 0;
        for (var language = 0; language < scores.Length; language++)
        {
            scores[language] = biases[language] + (scores[language] / norm);
            best = scores[language] > scores[best] ? language : best;
        }

        return Languages[best];
    }

    /// <summary>Bucket counts of a text: the features that weights are learned for.</summary>
    public static IReadOnlyDictionary<int, float> Features(string text)
    {
        var counts = new Dictionary<int, float>(text.Length);
        var length = Math.Min(text.Length, MaxCharacters);
        for (var i = 0; i < length; i++)
        {
            var hash = 2166136261u;
            for (var n = 0; n < 4 && i + n < length; n++)
            {
                var c = char.ToLowerInvariant(text[i + n]);
                hash = (hash ^ (char.IsLetter(c) ? c : ' ')) * 16777619u;
                var bucket = (int)((hash ^ (hash >> 16)) & (Buckets - 1));
                CollectionsMarshal.GetValueRefOrAddDefault(counts, bucket, out _)++;
            }
        }

        return counts;
    }
}
