using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CooperaNet.Matching.Encodings;

namespace CooperaNet.Matching.Index;

/// <summary>For each feature the items of one block that carry it, in ascending order: a 16-bit ordinal and an 8-bit impact each. Immutable.</summary>
internal sealed class Postings
{
    /// <summary>Weights by impact: the square of the impact's share, so that small weights keep their precision.</summary>
    private static readonly float[] Weights = [.. Enumerable.Range(0, 256).Select(impact => impact / 255f * (impact / 255f))];

    private readonly Dictionary<int, (int Start, int Count)> lists;
    private readonly ushort[] ordinals;
    private readonly byte[] impacts;

    private Postings(Dictionary<int, (int Start, int Count)> lists, ushort[] ordinals, byte[] impacts) => (this.lists, this.ordinals, this.impacts) = (lists, ordinals, impacts);

    /// <summary>A weight, above 0 to 1, as postings keep it: off by 0.4 % at a weight of 1, 1.1 % at 0.13.</summary>
    public static float Round(float weight) => Weights[Impact(weight)];

    /// <summary>Begins to read the lists of a vector's features.</summary>
    /// <param name="vector">Features, in any order.</param>
    /// <param name="cursors">Filled, one for each feature that has a list.</param>
    /// <returns>How many were filled.</returns>
    public int Open(SparseVector vector, Span<Cursor> cursors)
    {
        var count = 0;
        for (var i = 0; i < vector.Ids.Length; i++)
        {
            if (lists.TryGetValue(vector.Ids[i], out var list))
            {
                cursors[count++] = new(list.Start, list.Start + list.Count, vector.Weights[i]);
            }
        }

        return count;
    }

    /// <summary>Moves cursors on to the first item that isn't below an ordinal.</summary>
    public void Seek(Span<Cursor> cursors, int ordinal)
    {
        foreach (ref var cursor in cursors)
        {
            var (low, high) = (cursor.Next, cursor.End);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = ordinals[middle] < ordinal ? (middle + 1, high) : (low, middle);
            }

            cursor.Next = low;
        }
    }

    /// <summary>Adds the products of the cursors' features with the items of a range, and moves the cursors behind it.</summary>
    /// <param name="cursors">At the range's start.</param>
    /// <param name="start">The first item.</param>
    /// <param name="end">Behind the last one.</param>
    /// <param name="sums">Added to, one for each item of the range.</param>
    /// <remarks>The innermost loop of all searches: without checks of bounds, as the cursors come from <see cref="Open"/> and items lie between start and end.</remarks>
    public void Accumulate(Span<Cursor> cursors, int start, int end, Span<float> sums)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sums.Length, end - start);
        ref var items = ref MemoryMarshal.GetArrayDataReference(ordinals);
        ref var values = ref MemoryMarshal.GetArrayDataReference(impacts);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(Weights);
        ref var sum = ref MemoryMarshal.GetReference(sums);
        foreach (ref var cursor in cursors)
        {
            var (next, last, weight) = (cursor.Next, cursor.End, cursor.Weight);
            for (; next + 3 < last && Unsafe.Add(ref items, next + 3) < end; next += 4)
            {
                Unsafe.Add(ref sum, Unsafe.Add(ref items, next) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref values, next));
                Unsafe.Add(ref sum, Unsafe.Add(ref items, next + 1) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref values, next + 1));
                Unsafe.Add(ref sum, Unsafe.Add(ref items, next + 2) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref values, next + 2));
                Unsafe.Add(ref sum, Unsafe.Add(ref items, next + 3) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref values, next + 3));
            }

            for (; next < last && Unsafe.Add(ref items, next) < end; next++)
            {
                Unsafe.Add(ref sum, Unsafe.Add(ref items, next) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref values, next));
            }

            cursor.Next = next;
        }
    }

    /// <summary>Adds a word's weight, and its part of the cosine, to the items that carry one of its features; once an item.</summary>
    public void Count(int feature, byte word, float weight, float[] weightSums, float[] cosines, byte[] counted)
    {
        if (!lists.TryGetValue(feature, out var list))
        {
            return;
        }

        for (var i = list.Start; i < list.Start + list.Count; i++)
        {
            var item = ordinals[i];
            if (counted[item] != word)
            {
                counted[item] = word;
                weightSums[item] += weight;
                cosines[item] += weight * Weights[impacts[i]];
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
                builder.Add(vectors[ordinal].Ids[i], ordinal, Impact(vectors[ordinal].Weights[i]));
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
                        builder.Add(feature, ordinal, postings.impacts[i]);
                    }
                }
            }
        }

        return builder.Build();
    }

    private static byte Impact(float weight) => (byte)Math.Clamp(MathF.Round(MathF.Sqrt(weight) * 255), 1, 255);

    private static int Live(ReadOnlySpan<ushort> ordinals, int[] renumbered)
    {
        var live = 0;
        foreach (var ordinal in ordinals)
        {
            live += renumbered[ordinal] < 0 ? 0 : 1;
        }

        return live;
    }

    /// <summary>A place in one feature's list.</summary>
    /// <param name="next">The posting that is read next.</param>
    /// <param name="end">Behind the last posting.</param>
    /// <param name="weight">The query's weight of the feature.</param>
    internal struct Cursor(int next, int end, float weight)
    {
        public int Next = next;
        public readonly int End = end;
        public readonly float Weight = weight;
    }

    /// <summary>Lays lists out one behind the other, each in the order of its items: count all first, then add all.</summary>
    private sealed class Builder
    {
        private readonly Dictionary<int, (int Start, int Count)> lists = [];
        private ushort[]? ordinals;
        private byte[] impacts = [];

        public void Count(int feature, int count)
        {
            if (count > 0)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(lists, feature, out _).Count += count;
            }
        }

        public void Add(int feature, int ordinal, byte impact)
        {
            if (ordinals is null)
            {
                LayOut();
            }

            ref var list = ref CollectionsMarshal.GetValueRefOrNullRef(lists, feature);
            (ordinals![list.Start + list.Count], impacts[list.Start + list.Count]) = ((ushort)ordinal, impact);
            list.Count++;
        }

        public Postings Build()
        {
            foreach (var list in lists.Values)
            {
                var items = ordinals.AsSpan(list.Start, list.Count);
                if (!IsAscending(items))
                {
                    items.Sort(impacts.AsSpan(list.Start, list.Count));
                }
            }

            lists.TrimExcess();
            return new(lists, ordinals ?? [], impacts);
        }

        private static bool IsAscending(ReadOnlySpan<ushort> items)
        {
            for (var i = 1; i < items.Length; i++)
            {
                if (items[i] < items[i - 1])
                {
                    return false;
                }
            }

            return true;
        }

        private void LayOut()
        {
            var total = 0;
            foreach (var feature in lists.Keys)
            {
                ref var list = ref CollectionsMarshal.GetValueRefOrNullRef(lists, feature);
                (list, total) = ((total, 0), total + list.Count);
            }

            (ordinals, impacts) = (new ushort[total], new byte[total]);
        }
    }
}
