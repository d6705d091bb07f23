using System.Runtime.InteropServices;

namespace CooperaNet.Matching.Index;

internal sealed partial class Postings
{
    /// <summary>Lays lists and rows out one behind the other, lists in the order of their items: count all first, then add all.</summary>
    /// <param name="items">Items of the block.</param>
    private sealed class Builder(int items)
    {
        private readonly Dictionary<int, (int Start, int Count)> lists = [];
        private ushort[]? ordinals;
        private byte[] impacts = [];
        private byte[] rows = [];

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
            if (list.Count == Row)
            {
                rows[list.Start + ordinal] = impact;
            }
            else
            {
                (ordinals![list.Start + list.Count], impacts[list.Start + list.Count]) = ((ushort)ordinal, impact);
                list.Count++;
            }
        }

        public Postings Build()
        {
            foreach (var list in lists.Values)
            {
                var ordered = list.Count == Row ? [] : ordinals.AsSpan(list.Start, list.Count);
                if (!IsAscending(ordered))
                {
                    ordered.Sort(impacts.AsSpan(list.Start, list.Count));
                }
            }

            return new(new(lists), ordinals ?? [], impacts, rows, items);
        }

        private static bool IsAscending(ReadOnlySpan<ushort> ordinals)
        {
            for (var i = 1; i < ordinals.Length; i++)
            {
                if (ordinals[i] < ordinals[i - 1])
                {
                    return false;
                }
            }

            return true;
        }

        private void LayOut()
        {
            var (inLists, inRows) = (0, 0);
            foreach (var feature in lists.Keys)
            {
                ref var list = ref CollectionsMarshal.GetValueRefOrNullRef(lists, feature);
                if (list.Count * RowShare >= items)
                {
                    (list, inRows) = ((inRows, Row), inRows + items);
                }
                else
                {
                    (list, inLists) = ((inLists, 0), inLists + list.Count);
                }
            }

            (ordinals, impacts, rows) = (new ushort[inLists], new byte[inLists], new byte[inRows]);
        }
    }
}
