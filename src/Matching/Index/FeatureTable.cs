using System.Runtime.CompilerServices;

namespace CooperaNet.Matching.Index;

/// <summary>
/// Where each feature's postings lie: a hash table with open addressing, as a block has some ten thousand features, a query asks
/// for hundreds, and a dictionary misses the cache twice or more for each. Immutable.
/// </summary>
/// <remarks>Multiplicative hashing and linear probing: Knuth, <i>The Art of Computer Programming</i>, volume 3 (1998), section 6.4.</remarks>
internal sealed class FeatureTable
{
    private readonly Entry[] entries; // half of them are used

    /// <param name="lists">Each feature once, with places of which no count is 0.</param>
    public FeatureTable(IReadOnlyCollection<KeyValuePair<int, (int Start, int Count)>> lists)
    {
        entries = new Entry[(2 * lists.Count) + 1];
        foreach (var (feature, (start, count)) in lists)
        {
            var place = HomeOf(feature);
            while (entries[place].Count != 0)
            {
                place = After(place);
            }

            entries[place] = new(feature, start, count);
        }
    }

    /// <summary>All features, in no order.</summary>
    public IEnumerable<(int Feature, int Start, int Count)> All() => entries.Where(entry => entry.Count != 0).Select(entry => (entry.Feature, entry.Start, entry.Count));

    /// <summary>Reads from memory what <see cref="TryFind"/> will want: reads of many features don't wait for each other, as searches do.</summary>
    /// <returns>Nothing to be relied on.</returns>
    public int Fetch(int feature) => entries[HomeOf(feature)].Start;

    public bool TryFind(int feature, out int start, out int count)
    {
        var place = HomeOf(feature);
        while (entries[place].Count != 0 && entries[place].Feature != feature)
        {
            place = After(place);
        }

        (start, count) = (entries[place].Start, entries[place].Count);
        return count != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int HomeOf(int feature) => (int)(((uint)feature * 0x9E3779B1u * (ulong)(uint)entries.Length) >> 32);

    private int After(int place) => place + 1 < entries.Length ? place + 1 : 0;

    private readonly record struct Entry(int Feature, int Start, int Count);
}
