using System.Numerics.Tensors;
using CooperaNet.Matching.Analysis;

namespace CooperaNet.Matching.Meaning;

/// <summary>One vector a word, in one space for all languages. Safe for concurrent use.</summary>
/// <remarks>
/// A word without a vector of its own gets the mean of its parts' vectors: a part is a 4-gram of characters, and its vector
/// the mean of those of the words that hold it (Bojanowski et al., <i>Enriching Word Vectors with Subword Information</i>, 2017).
/// </remarks>
public sealed class WordVectors
{
    private const int PartBuckets = 1 << 14;
    private const int PartLength = 4;
    private readonly int[] rows; // by term id; -1 without vector
    private readonly float[] parts;

    /// <param name="vocabulary">The terms.</param>
    /// <param name="has">By term id, whether it has a vector.</param>
    /// <param name="vectors">In the order of the term ids.</param>
    public WordVectors(Vocabulary vocabulary, bool[] has, RoundedVectors vectors)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(has.Count(flag => flag), vectors.Count);
        (Has, Vectors) = (has, vectors);
        rows = new int[has.Length];
        for (int term = 0, row = 0; term < has.Length; term++)
        {
            rows[term] = has[term] ? row++ : -1;
        }

        parts = Parts(vocabulary);
    }

    /// <summary>By term id, whether it has a vector of its own.</summary>
    public IReadOnlyList<bool> Has { get; }

    /// <summary>The vectors of the terms that have one.</summary>
    public RoundedVectors Vectors { get; }

    private int Dimensions => Vectors.Dimensions;

    /// <summary>The same vectors for fewer words, and with the numbers from some place on at zero.</summary>
    /// <param name="vocabulary">The terms.</param>
    /// <param name="kept">By term id, whether it keeps its vector.</param>
    /// <param name="dimensions">Numbers that stay.</param>
    public WordVectors Smaller(Vocabulary vocabulary, Func<int, bool> kept, int dimensions)
    {
        bool[] has = [.. Has.Select((own, term) => own && kept(term))];
        return new(vocabulary, has, Vectors.Select([.. Enumerable.Range(0, has.Length).Where(term => has[term]).Select(term => rows[term])], dimensions));
    }

    /// <summary>Adds a word's vector, times a weight, to a sum.</summary>
    /// <param name="term">Its id.</param>
    /// <param name="stem">Its stem, for when it has no vector of its own.</param>
    /// <param name="weight">Any number.</param>
    /// <param name="sum">As many numbers as a vector has.</param>
    public void AddTo(int term, ReadOnlySpan<char> stem, float weight, Span<float> sum)
    {
        if (term < rows.Length && rows[term] >= 0)
        {
            Vectors.AddTo(rows[term], weight, sum);
            return;
        }

        Span<float> mean = stackalloc float[Dimensions];
        mean.Clear();
        for (var i = 0; i < PartCount(stem); i++)
        {
            TensorPrimitives.Add(mean, parts.AsSpan(Part(stem, i) * Dimensions, Dimensions), mean);
        }

        var norm = TensorPrimitives.Norm<float>(mean);
        if (norm > 0)
        {
            TensorPrimitives.MultiplyAdd(mean, weight / norm, sum, sum);
        }
    }

    private static int PartCount(ReadOnlySpan<char> stem) => Math.Max(0, stem.Length + 2 - PartLength + 1);

    /// <summary>The bucket of a part of the stem between edges, as in <c>_agua_</c>.</summary>
    private static int Part(ReadOnlySpan<char> stem, int start)
    {
        var hash = 2166136261u;
        for (var i = start; i < start + PartLength; i++)
        {
            hash = (hash ^ (i == 0 || i == stem.Length + 1 ? '_' : stem[i - 1])) * 16777619u;
        }

        return (int)((hash ^ (hash >> 16)) & (PartBuckets - 1));
    }

    private float[] Parts(Vocabulary vocabulary)
    {
        var sums = new float[PartBuckets * Dimensions];
        var counts = new int[PartBuckets];
        Span<float> vector = stackalloc float[Dimensions];
        for (int language = 0, term = 0; language < vocabulary.Stems.Count; language++)
        {
            foreach (var stem in vocabulary.Stems[language])
            {
                if (rows[term] >= 0)
                {
                    vector.Clear();
                    Vectors.AddTo(rows[term], 1, vector);
                    for (var i = 0; i < PartCount(stem); i++)
                    {
                        var part = Part(stem, i);
                        var sum = sums.AsSpan(part * Dimensions, Dimensions);
                        TensorPrimitives.Add(sum, vector, sum);
                        counts[part]++;
                    }
                }

                term++;
            }
        }

        for (var part = 0; part < PartBuckets; part++)
        {
            var sum = sums.AsSpan(part * Dimensions, Dimensions);
            TensorPrimitives.Divide(sum, Math.Max(1, counts[part]), sum);
        }

        return sums;
    }
}
