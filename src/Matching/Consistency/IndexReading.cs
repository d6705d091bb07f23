using CooperaNet.Matching.Index;

namespace CooperaNet.Matching.Consistency;

/// <summary>Reads back what an index holds.</summary>
public static class IndexReading
{
    /// <summary>The first items behind a name, in the order of their names' bytes, which is also the database's.</summary>
    /// <param name="snapshot">The index.</param>
    /// <param name="after">The name before the first; empty for the beginning.</param>
    /// <param name="count">Items at most.</param>
    /// <remarks>O(blocks · log items + count · log blocks) for each page; the first page also sorts each block's names.</remarks>
    public static IReadOnlyList<IndexedItem> ReadAfter(this IndexSnapshot snapshot, string after, int count)
    {
        var start = System.Text.Encoding.UTF8.GetBytes(after);
        var (read, heads) = (new List<IndexedItem>(), new PriorityQueue<(Block Block, Bits? Gone, int Place), string>(StringComparer.Ordinal));
        foreach (var (block, gone) in snapshot.Blocks)
        {
            Push(block, gone, block.Items.FirstAfter(start));
        }

        while (read.Count < count && heads.TryDequeue(out var head, out _))
        {
            read.Add(head.Block.Items[head.Block.Items.ByName[head.Place]]);
            Push(head.Block, head.Gone, head.Place + 1);
        }

        return read;

        void Push(Block block, Bits? gone, int place)
        {
            var order = block.Items.ByName;
            while (place < order.Length && gone?[order[place]] == true)
            {
                place++;
            }

            if (place < order.Length)
            {
                heads.Enqueue((block, gone, place), block.Items.NameOf(order[place]));
            }
        }
    }
}
