using CooperaNet.Matching.Encodings;

namespace CooperaNet.Matching.Index;

/// <summary>For each feature the items that carry it, with their weights. Immutable.</summary>
internal sealed class Postings
{
    private readonly Dictionary<int, (int Start, int Count)> lists;
    private readonly int[] ordinals;
    private readonly float[] weights;

    private Postings(Dictionary<int, (int Start, int Count)> lists, int[] ordinals, float[] weights) => (this.lists, this.ordinals, this.weights) = (lists, ordinals, weights);

    /// <summary>Adds each item's cosine with the query to its accumulator.</summary>
    public void Accumulate(SparseVector query, float[] accumulators)
    {
        for (var i = 0; i < query.Ids.Length; i++)
        {
            if (lists.TryGetValue(query.Ids[i], out var list))
            {
                var weight = query.Weights[i];
                var items = ordinals.AsSpan(list.Start, list.Count);
                var values = weights.AsSpan(list.Start, list.Count);
                for (var j = 0; j < items.Length; j++)
                {
                    accumulators[items[j]] += weight * values[j];
                }
            }
        }
    }

    public static Postings Build(IReadOnlyList<SparseVector> vectors)
    {
        var builder = new Builder();
        for (var ordinal = 0; ordinal < vectors.Count; ordinal++)
        {
            for (var i = 0; i < vectors[ordinal].Ids.Length; i++)
            {
                builder.Add(vectors[ordinal].Ids[i], ordinal, vectors[ordinal].Weights[i]);
            }
        }

        return builder.Build();
    }

    /// <summary>Joins postings, giving items their new ordinals; an item whose new ordinal is -1 is dropped.</summary>
    public static Postings Merge(IReadOnlyList<(Postings Postings, int[] Ordinals)> parts)
    {
        var builder = new Builder();
        foreach (var (postings, renumbered) in parts)
        {
            foreach (var (feature, list) in postings.lists)
            {
                for (var i = list.Start; i < list.Start + list.Count; i++)
                {
                    if (renumbered[postings.ordinals[i]] is >= 0 and var ordinal)
                    {
                        builder.Add(feature, ordinal, postings.weights[i]);
                    }
                }
            }
        }

        return builder.Build();
    }

    private sealed class Builder
    {
        private readonly Dictionary<int, List<(int Ordinal, float Weight)>> lists = [];

        public void Add(int feature, int ordinal, float weight)
        {
            if (!lists.TryGetValue(feature, out var list))
            {
                lists[feature] = list = [];
            }

            list.Add((ordinal, weight));
        }

        public Postings Build()
        {
            var count = lists.Values.Sum(list => list.Count);
            var (ordinals, weights, starts) = (new int[count], new float[count], new Dictionary<int, (int, int)>(lists.Count));
            var next = 0;
            foreach (var (feature, list) in lists)
            {
                starts[feature] = (next, list.Count);
                foreach (var (ordinal, weight) in list)
                {
                    (ordinals[next], weights[next]) = (ordinal, weight);
                    next++;
                }
            }

            return new(starts, ordinals, weights);
        }
    }
}
