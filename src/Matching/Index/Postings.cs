using System.Runtime.InteropServices;
using CooperaNet.Matching.Encodings;

namespace CooperaNet.Matching.Index;

/// <summary>For each feature the items that carry it, with their weights. Immutable.</summary>
internal sealed class Postings
{
    private readonly Dictionary<int, (int Start, int Count)> lists;
    private readonly int[] ordinals;
    private readonly float[] weights;

    private Postings(Dictionary<int, (int Start, int Count)> lists, int[] ordinals, float[] weights) => (this.lists, this.ordinals, this.weights) = (lists, ordinals, weights);

    /// <summary>Adds each item's product with the query to its accumulator; the query's ids may come in any order, and repeatedly.</summary>
    public void Accumulate(ReadOnlySpan<int> ids, ReadOnlySpan<float> queryWeights, float[] accumulators)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            if (lists.TryGetValue(ids[i], out var list))
            {
                var weight = queryWeights[i];
                var items = ordinals.AsSpan(list.Start, list.Count);
                var values = weights.AsSpan(list.Start, list.Count);
                for (var j = 0; j < items.Length; j++)
                {
                    accumulators[items[j]] += weight * values[j];
                }
            }
        }
    }

    /// <summary>Adds a word's weight, and its part of the cosine, to the items that carry one of its features; once an item.</summary>
    public void Count(int feature, byte word, float weight, float[] weightSums, float[] cosines, byte[] counted)
    {
        if (!lists.TryGetValue(feature, out var list))
        {
            return;
        }

        var items = ordinals.AsSpan(list.Start, list.Count);
        var values = weights.AsSpan(list.Start, list.Count);
        for (var i = 0; i < items.Length; i++)
        {
            var item = items[i];
            if (counted[item] != word)
            {
                counted[item] = word;
                weightSums[item] += weight;
                cosines[item] += weight * values[i];
            }
        }
    }

    public static Postings Build(IReadOnlyList<SparseVector> vectors)
    {
        var builder = new Builder();
        foreach (var vector in vectors)
        {
            foreach (var feature in vector.Ids)
            {
                builder.Count(feature, 1);
            }
        }

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
                builder.Count(feature, Live(postings.ordinals.AsSpan(list.Start, list.Count), renumbered));
            }
        }

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

    private static int Live(ReadOnlySpan<int> ordinals, int[] renumbered)
    {
        var live = 0;
        foreach (var ordinal in ordinals)
        {
            live += renumbered[ordinal] < 0 ? 0 : 1;
        }

        return live;
    }

    /// <summary>Lays lists out one behind the other: count all first, then add all.</summary>
    private sealed class Builder
    {
        private readonly Dictionary<int, (int Start, int Count)> lists = [];
        private int[]? ordinals;
        private float[] weights = [];

        public void Count(int feature, int count)
        {
            if (count > 0)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(lists, feature, out _).Count += count;
            }
        }

        public void Add(int feature, int ordinal, float weight)
        {
            if (ordinals is null)
            {
                LayOut();
            }

            ref var list = ref CollectionsMarshal.GetValueRefOrNullRef(lists, feature);
            (ordinals![list.Start + list.Count], weights[list.Start + list.Count]) = (ordinal, weight);
            list.Count++;
        }

        public Postings Build() => new(lists, ordinals ?? [], weights);

        private void LayOut()
        {
            var total = 0;
            foreach (var feature in lists.Keys)
            {
                ref var list = ref CollectionsMarshal.GetValueRefOrNullRef(lists, feature);
                (list, total) = ((total, 0), total + list.Count);
            }

            (ordinals, weights) = (new int[total], new float[total]);
        }
    }
}
