namespace CooperaNet.Matching.Encodings;

/// <summary>Weighted features sorted by id, without zero weights, of unit length unless empty.</summary>
/// <param name="Ids">Feature ids, ascending.</param>
/// <param name="Weights">Positive weights.</param>
public readonly record struct SparseVector(int[] Ids, float[] Weights)
{
    /// <summary>No features.</summary>
    public static SparseVector Empty { get; } = new([], []);

    /// <summary>The cosine of two vectors of unit length.</summary>
    /// <returns>A similarity without unit, 0 (no common feature) to 1; 0 when either is empty.</returns>
    /// <remarks>O(n + m). Source: Manning, Raghavan and Schütze, <i>Introduction to Information Retrieval</i> (2008), section 6.3.1.</remarks>
    public double Dot(SparseVector other)
    {
        double dot = 0;
        for (int i = 0, j = 0; i < Ids.Length && j < other.Ids.Length;)
        {
            switch (Ids[i].CompareTo(other.Ids[j]))
            {
                case 0:
                    dot += Weights[i++] * other.Weights[j++];
                    break;
                case < 0:
                    i++;
                    break;
                default:
                    j++;
                    break;
            }
        }

        return Math.Min(1, dot);
    }

    /// <summary>Keeps the strongest features and brings what is left to unit length.</summary>
    public static SparseVector Strongest(IReadOnlyDictionary<int, float> weights, int count)
    {
        var kept = weights.Where(pair => pair.Value > 0).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(count).OrderBy(pair => pair.Key).ToArray();
        var norm = (float)Math.Sqrt(kept.Sum(pair => (double)pair.Value * pair.Value));
        return new([.. kept.Select(pair => pair.Key)], [.. kept.Select(pair => pair.Value / norm)]);
    }
}
