using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CooperaNet.Matching.Encodings;

namespace CooperaNet.Matching.Index;

/// <summary>
/// For each feature the items of one block that carry it, with an 8-bit impact each: a list of 16-bit ordinals in ascending order,
/// or, of a feature that many carry, a row with an impact for every item. Both give the same sums to the last bit. Immutable.
/// </summary>
internal sealed partial class Postings
{
    /// <summary>What an impact's square is multiplied with to make it a weight. By squares small weights keep their precision.</summary>
    private const float Unit = 1 / (255f * 255f);

    /// <summary>A feature that one of so many items carries has a row: adding up a row is a matter of vectors, and takes a byte an item instead of three.</summary>
    private const int RowShare = 8;

    /// <summary>Of a list: that it is a row.</summary>
    private const int Row = -1;

    private static readonly float[] Weights = [.. Enumerable.Range(0, 256).Select(impact => (float)(impact * impact) * Unit)];
    private readonly FeatureTable lists;
    private readonly ushort[] ordinals;
    private readonly byte[] impacts;
    private readonly byte[] rows;
    private readonly int items;

    private Postings(FeatureTable lists, ushort[] ordinals, byte[] impacts, byte[] rows, int items) =>
        (this.lists, this.ordinals, this.impacts, this.rows, this.items) = (lists, ordinals, impacts, rows, items);

    /// <summary>A weight, above 0 to 1, as postings keep it: off by 0.4 % at a weight of 1, 1.1 % at 0.13.</summary>
    public static float Round(float weight) => Weights[Impact(weight)];

    /// <summary>Begins to read the lists of a vector's features.</summary>
    /// <param name="vector">Features, in any order.</param>
    /// <param name="cursors">Filled, one for each feature that has a list; as long as the vector.</param>
    /// <returns>How many were filled.</returns>
    public int Open(SparseVector vector, Span<Cursor> cursors)
    {
        for (var i = 0; i < vector.Ids.Length; i++)
        {
            cursors[i].Next = lists.Fetch(vector.Ids[i]);
        }

        var filled = 0;
        for (var i = 0; i < vector.Ids.Length; i++)
        {
            if (lists.TryFind(vector.Ids[i], out var start, out var count))
            {
                cursors[filled++] = new(start, count == Row ? Row : start + count, vector.Weights[i]);
            }
        }

        return filled;
    }

    /// <summary>Moves cursors on to the first item that isn't below an ordinal.</summary>
    public void Seek(Span<Cursor> cursors, int ordinal)
    {
        foreach (ref var cursor in cursors)
        {
            var (low, high) = (cursor.Next, cursor.End); // a row's end lies before its start
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
        ref var sum = ref MemoryMarshal.GetReference(sums);
        foreach (ref var cursor in cursors)
        {
            if (cursor.End == Row)
            {
                AddRow(rows.AsSpan(cursor.Next + start, Math.Min(end, items) - start), cursor.Weight, ref sum);
            }
            else
            {
                AddList(ref cursor, start, end, ref sum);
            }
        }
    }

    private static void AddRow(ReadOnlySpan<byte> row, float weight, ref float sum)
    {
        var i = 0;
        for (; i + 15 < row.Length; i += 16)
        {
            var values = Vector128.LoadUnsafe(in row[i]);
            var (first, second) = (Vector128.WidenLower(values), Vector128.WidenUpper(values));
            Add(Vector256.Create(Vector128.WidenLower(first), Vector128.WidenUpper(first)), weight, ref Unsafe.Add(ref sum, i));
            Add(Vector256.Create(Vector128.WidenLower(second), Vector128.WidenUpper(second)), weight, ref Unsafe.Add(ref sum, i + 8));
        }

        for (; i < row.Length; i++)
        {
            Unsafe.Add(ref sum, i) += weight * Weights[row[i]];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<uint> values, float weight, ref float sums)
    {
        var share = Vector256.ConvertToSingle(values.AsInt32());
        (Vector256.LoadUnsafe(ref sums) + (share * share * Unit * weight)).StoreUnsafe(ref sums);
    }

    private void AddList(ref Cursor cursor, int start, int end, ref float sum)
    {
        ref var ordinal = ref MemoryMarshal.GetArrayDataReference(ordinals);
        ref var impact = ref MemoryMarshal.GetArrayDataReference(impacts);
        ref var weights = ref MemoryMarshal.GetArrayDataReference(Weights);
        var (next, last, weight) = (cursor.Next, cursor.End, cursor.Weight);
        for (; next + 3 < last && Unsafe.Add(ref ordinal, next + 3) < end; next += 4)
        {
            Unsafe.Add(ref sum, Unsafe.Add(ref ordinal, next) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref impact, next));
            Unsafe.Add(ref sum, Unsafe.Add(ref ordinal, next + 1) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref impact, next + 1));
            Unsafe.Add(ref sum, Unsafe.Add(ref ordinal, next + 2) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref impact, next + 2));
            Unsafe.Add(ref sum, Unsafe.Add(ref ordinal, next + 3) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref impact, next + 3));
        }

        for (; next < last && Unsafe.Add(ref ordinal, next) < end; next++)
        {
            Unsafe.Add(ref sum, Unsafe.Add(ref ordinal, next) - start) += weight * Unsafe.Add(ref weights, Unsafe.Add(ref impact, next));
        }

        cursor.Next = next;
    }

    /// <summary>Adds a word's weight, and its part of the cosine, to the items that carry one of its features; once an item.</summary>
    public void Count(int feature, byte word, float weight, float[] weightSums, float[] cosines, byte[] counted)
    {
        if (!lists.TryFind(feature, out var start, out var count))
        {
            return;
        }

        foreach (var (item, impact) in Of(start, count))
        {
            if (counted[item] != word)
            {
                counted[item] = word;
                weightSums[item] += weight;
                cosines[item] += weight * Weights[impact];
            }
        }
    }

    public static Postings Build(IReadOnlyList<SparseVector> vectors)
    {
        var builder = new Builder(vectors.Count);
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
    /// <param name="parts">Postings with the new ordinals of their items.</param>
    /// <param name="count">Items that are left.</param>
    public static Postings Merge(IReadOnlyList<(Postings Postings, int[] Ordinals)> parts, int count)
    {
        var builder = new Builder(count);
        foreach (var (postings, renumbered) in parts)
        {
            foreach (var (feature, start, length) in postings.lists.All())
            {
                builder.Count(feature, postings.Of(start, length).Count(posting => renumbered[posting.Item] >= 0));
            }
        }

        foreach (var (postings, renumbered) in parts)
        {
            foreach (var (feature, start, length) in postings.lists.All())
            {
                foreach (var (item, impact) in postings.Of(start, length))
                {
                    if (renumbered[item] is >= 0 and var ordinal)
                    {
                        builder.Add(feature, ordinal, impact);
                    }
                }
            }
        }

        return builder.Build();
    }

    private static byte Impact(float weight) => (byte)Math.Clamp(MathF.Round(MathF.Sqrt(weight) * 255), 1, 255);

    private IEnumerable<(int Item, byte Impact)> Of(int start, int count)
    {
        for (var i = 0; i < (count == Row ? items : count); i++)
        {
            if (count != Row)
            {
                yield return (ordinals[start + i], impacts[start + i]);
            }
            else if (rows[start + i] is > 0 and var impact)
            {
                yield return (i, impact);
            }
        }
    }

    /// <summary>A place in one feature's list.</summary>
    /// <param name="next">The posting that is read next; of a row the first.</param>
    /// <param name="end">Behind the last posting; of a row <see cref="Row"/>.</param>
    /// <param name="weight">The query's weight of the feature.</param>
    internal struct Cursor(int next, int end, float weight)
    {
        public int Next = next;
        public readonly int End = end;
        public readonly float Weight = weight;
    }
}
