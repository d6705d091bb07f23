using CooperaNet.Matching.Index;

namespace CooperaNet.Matching.Consistency;

/// <summary>Reads back what an index holds.</summary>
public static class IndexReading
{
    /// <summary>The first items behind a name, in the order of their names' bytes, which is also the database's.</summary>
    /// <param name="snapshot">The index.</param>
    /// <param name="after">The name before the first; empty for the beginning.</param>
    /// <param name="count">Items at most.</param>
    /// <remarks>O(items) for each page, as names are kept in no order; memory for one page.</remarks>
    public static IReadOnlyList<IndexedItem> ReadAfter(this IndexSnapshot snapshot, string after, int count)
    {
        var start = System.Text.Encoding.UTF8.GetBytes(after);
        var kept = new PriorityQueue<(Block Block, int Ordinal), string>(count + 1, Comparer<string>.Create((x, y) => string.CompareOrdinal(y, x)));
        var last = Array.Empty<byte>(); // the largest name that is kept, once enough are
        foreach (var (block, gone) in snapshot.Blocks)
        {
            for (var ordinal = 0; ordinal < block.Count; ordinal++)
            {
                var name = block.Items.Utf8NameOf(ordinal);
                if (gone?[ordinal] == true || name.SequenceCompareTo(start) <= 0 || (last.Length > 0 && name.SequenceCompareTo(last) >= 0))
                {
                    continue;
                }

                kept.Enqueue((block, ordinal), block.Items.NameOf(ordinal));
                if (kept.Count > count)
                {
                    kept.Dequeue();
                }

                if (kept.Count == count)
                {
                    var (largest, place) = kept.Peek();
                    last = largest.Items.Utf8NameOf(place).ToArray();
                }
            }
        }

        return [.. kept.UnorderedItems.OrderBy(entry => entry.Priority, StringComparer.Ordinal).Select(entry => entry.Element.Block.Items[entry.Element.Ordinal])];
    }
}
