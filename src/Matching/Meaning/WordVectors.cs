using System.Numerics.Tensors;
using CooperaNet.Matching.Analysis;

namespace CooperaNet.Matching.Meaning;

/// <summary>One vector a word, in one space for all languages, each of 8-bit numbers with a scale of its own. Safe for concurrent use.</summary>
/// <remarks>
/// A word without a vector of its own gets the mean of its parts' vectors: a part is a 4-gram of characters, and its vector
/// the mean of those of the words that hold it (Bojanowski et al., <i>Enriching Word Vectors with Subword Information</i>, 2017).
/// </remarks>
public sealed class WordVectors
{
    private const int PartBuckets = 1 << 14;
    private const int PartLength = 4;
    private readonly int[] rows; // by term id; -1 without vector
    private readonly sbyte[] values;
    private readonly float[] scales;
    private readonly float[] parts;

    /// <param name="dimensions">Numbers in a vector.</param>
    /// <param name="vocabulary">The terms.</param>
    /// <param name="has">By term id, whether it has a vector.</param>
    /// <param name="values">Vectors x dimensions, row by row, in the order of the term ids.</param>
    /// <param name="scales">What a row's numbers are multiplied with to make it a unit vector.</param>
    public WordVectors(int dimensions, Vocabulary vocabulary, bool[] has, sbyte[] values, float[] scales)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(has.Count(flag => flag), scales.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, dimensions * scales.Length);
        (Dimensions, Has, this.values, this.scales) = (dimensions, has, values, scales);
        rows = new int[has.Length];
        for (int term = 0, row = 0; term < has.Length; term++)
        {
            rows[term] = has[term] ? row++ : -1;
        }

        parts = Parts(vocabulary);
    }

    /// <summary>Numbers in a vector.</summary>
    public int Dimensions { get; }

    /// <summary>By term id, whether it has a vector of its own.</summary>
    public IReadOnlyList<bool> Has { get; }

    internal sbyte[] Values => values;

    internal float[] Scales => scales;

    /// <summary>Rounds vectors to 8 bits.</summary>
    /// <param name="vectors">Row by row, for each term that has one.</param>
    /// <param name="dimensions">Numbers in a vector.</param>
    public static (sbyte[] Values, float[] Scales) Round(ReadOnlySpan<float> vectors, int dimensions)
    {
        var count = vectors.Length / dimensions;
        var (values, scales) = (new sbyte[vectors.Length], new float[count]);
        for (var word = 0; word < count; word++)
        {
            var row = vectors.Slice(word * dimensions, dimensions);
            scales[word] = Math.Abs(TensorPrimitives.MaxMagnitude(row)) / 127;
            for (var d = 0; d < dimensions && scales[word] > 0; d++)
            {
                values[(word * dimensions) + d] = (sbyte)MathF.Round(row[d] / scales[word]);
            }
        }

        return (values, scales);
    }

    /// <summary>The same vectors for fewer words, and with the numbers from some place on at zero.</summary>
    /// <param name="vocabulary">The terms.</param>
    /// <param name="kept">By term id, whether it keeps its vector.</param>
    /// <param name="dimensions">Numbers that stay.</param>
    public WordVectors Smaller(Vocabulary vocabulary, Func<int, bool> kept, int dimensions)
    {
        bool[] has = [.. Has.Select((own, term) => own && kept(term))];
        int[] stay = [.. Enumerable.Range(0, has.Length).Where(term => has[term]).Select(term => rows[term])];
        return new(
            Dimensions, vocabulary, has,
            [.. stay.SelectMany(row => values.AsSpan(row * Dimensions, dimensions).ToArray().Concat(new sbyte[Dimensions - dimensions]))], [.. stay.Select(row => scales[row])]);
    }

    /// <summary>Adds a word's vector, times a weight, to a sum.</summary>
    /// <param name="term">Its id.</param>
    /// <param name="stem">Its stem, for when it has no vector of its own.</param>
    /// <param name="weight">Any number.</param>
    /// <param name="sum"><see cref="Dimensions"/> numbers.</param>
    public void AddTo(int term, ReadOnlySpan<char> stem, float weight, Span<float> sum)
    {
        if (term < rows.Length && rows[term] >= 0)
        {
            AddRow(rows[term], weight, sum);
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

    private void AddRow(int row, float weight, Span<float> sum)
    {
        Span<float> vector = stackalloc float[Dimensions];
        TensorPrimitives.ConvertTruncating<sbyte, float>(values.AsSpan(row * Dimensions, Dimensions), vector);
        TensorPrimitives.MultiplyAdd(vector, weight * scales[row], sum, sum);
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
                    AddRow(rows[term], 1, vector);
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
