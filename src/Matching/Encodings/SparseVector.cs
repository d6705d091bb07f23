namespace CooperaNet.Matching.Encodings;

/// <summary>Weighted features sorted by id, without zero weights; of unit length unless empty or said otherwise.</summary>
/// <param name="Ids">Feature ids, ascending.</param>
/// <param name="Weights">Positive weights.</param>
public readonly record struct SparseVector(int[] Ids, float[] Weights)
{
    /// <summary>No features.</summary>
    public static SparseVector Empty { get; } = new([], []);

    /// <summary>The inner product: the cosine of two vectors of unit length.</summary>
    /// <returns>0 or more; 0 when no feature is common.</returns>
    /// <remarks>O(n + m). Source: Manning, Raghavan and Schütze, <i>Introduction to Information Retrieval</i> (2008), section 6.3.1.</remarks>
    public double Product(SparseVector other)
    {
        double product = 0;
        for (int i = 0, j = 0; i < Ids.Length && j < other.Ids.Length;)
        {
            switch (Ids[i].CompareTo(other.Ids[j]))
            {
                case 0:
                    product += Weights[i++] * other.Weights[j++];
                    break;
                case < 0:
                    i++;
                    break;
                default:
                    j++;
                    break;
            }
        }

        return product;
    }

    /// <summary>Puts features in order, adding up the weights of one that comes several times. Sorts its arguments.</summary>
    public static SparseVector Sum(int[] ids, float[] weights)
    {
        Array.Sort(ids, weights);
        var last = -1;
        for (var i = 0; i < ids.Length; i++)
        {
            if (last >= 0 && ids[last] == ids[i])
            {
                weights[last] += weights[i];
            }
            else
            {
                (ids[++last], weights[last]) = (ids[i], weights[i]);
            }
        }

        return new(ids[..(last + 1)], weights[..(last + 1)]);
    }

    /// <summary>Keeps the strongest features and brings what is left to unit length.</summary>
    /// <param name="ids">Ascending, each once.</param>
    /// <param name="weights">One each, positive.</param>
    /// <param name="count">Features kept at most; of equally strong ones those with the lower ids.</param>
    /// <param name="length">How long what is left was before.</param>
    public static SparseVector Strongest(ReadOnlySpan<int> ids, ReadOnlySpan<float> weights, int count, out float length)
    {
        var least = ids.Length > count ? LeastKept(ids, weights, count) : 0;
        var (keptIds, keptWeights) = (new int[Math.Min(count, ids.Length)], new float[Math.Min(count, ids.Length)]);
        var (kept, squares) = (0, 0d);
        for (var i = 0; i < ids.Length; i++)
        {
            if (Rank(ids[i], weights[i]) >= least)
            {
                (keptIds[kept], keptWeights[kept]) = (ids[i], weights[i]);
                squares += (double)weights[i] * weights[i];
                kept++;
            }
        }

        length = (float)Math.Sqrt(squares);
        for (var i = 0; i < kept; i++)
        {
            keptWeights[i] /= length;
        }

        return new(keptIds, keptWeights);
    }

    /// <summary>Positive floats sort like their bits; below them the ids, turned round, so that a lower id ranks higher.</summary>
    private static ulong Rank(int id, float weight) => ((ulong)BitConverter.SingleToUInt32Bits(weight) << 32) | ~(uint)id;

    private static ulong LeastKept(ReadOnlySpan<int> ids, ReadOnlySpan<float> weights, int count)
    {
        var ranks = new ulong[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ranks[i] = Rank(ids[i], weights[i]);
        }

        Array.Sort(ranks);
        return ranks[^count];
    }
}
