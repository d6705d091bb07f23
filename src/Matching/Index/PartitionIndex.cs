using System.Collections.Concurrent;
using System.Collections.Immutable;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Search;

namespace CooperaNet.Matching.Index;

/// <summary>What one moment's readers see. Immutable; queries may run on any thread.</summary>
public sealed class IndexSnapshot
{
    internal IndexSnapshot(ImmutableArray<(Block Block, Bits? Gone)> blocks) => Blocks = blocks;

    /// <summary>An index without items.</summary>
    public static IndexSnapshot Empty { get; } = new([]);

    internal ImmutableArray<(Block Block, Bits? Gone)> Blocks { get; }

    /// <summary>The best counterparts of a text, best first; below the query's threshold only the very best, so that an abstention can say what was closest.</summary>
    public IReadOnlyList<Hit> Search(IndexQuery query, MatchingModel model) => Search([query], model)[0];

    /// <summary>The same for several texts; cheaper than one by one, as items are read from memory once for all.</summary>
    /// <remarks>
    /// O(items + postings of the queries' terms, their translations and concepts). Every item is scored, by the upper four bits
    /// of its code; the best 200, or four times as many as are wanted, are then scored exactly.
    /// </remarks>
    public IReadOnlyList<IReadOnlyList<Hit>> Search(IReadOnlyList<IndexQuery> queries, MatchingModel model)
    {
        var count = Math.Max(1, Blocks.Sum(part => part.Block.Count));
        var scans = queries.Select(query => new Scan(query, model, count)).ToList();
        return ToHits(scans, [Pass(scans, new(Blocks))]);
    }

    /// <summary>The same, shared with other threads of the pool, which changes nothing but the time.</summary>
    /// <param name="queries">The texts.</param>
    /// <param name="model">What encoded them and the items.</param>
    /// <param name="threads">From 1, the caller's included; no more are used than the items are worth.</param>
    public async Task<IReadOnlyList<IReadOnlyList<Hit>>> SearchAsync(IReadOnlyList<IndexQuery> queries, MatchingModel model, int threads)
    {
        var count = Math.Max(1, Blocks.Sum(part => part.Block.Count));
        var scans = queries.Select(query => new Scan(query, model, count)).ToList();
        var blocks = new ConcurrentQueue<(Block Block, Bits? Gone)>(Blocks);
        List<Task<List<Pass>>> helpers = [.. Enumerable.Range(1, Math.Min(threads, WorthThreads) - 1).Select(_ => Task.Run(() => Pass(scans, blocks)))];
        var own = Pass(scans, blocks);
        return ToHits(scans, [own, .. await Task.WhenAll(helpers)]);
    }

    /// <summary>Threads that a search gains by: one for each block's worth of items, as handing work over takes time, too.</summary>
    public int WorthThreads => 1 + (Blocks.Sum(part => part.Block.Count) / Block.MaxItems);

    /// <summary>Passes over what blocks are left, for all queries.</summary>
    private static List<Pass> Pass(List<Scan> scans, ConcurrentQueue<(Block Block, Bits? Gone)> blocks)
    {
        var passes = scans.ConvertAll(scan => new Pass(scan, PassBuffers.OfThread));
        while (blocks.TryDequeue(out var next))
        {
            passes.ForEach(pass => pass.Open(next.Block, next.Gone));
            for (var chunk = 0; chunk < next.Block.Count; chunk += Index.Pass.ChunkLength)
            {
                passes.ForEach(pass => pass.Score(chunk));
            }
        }

        return passes;
    }

    private static IReadOnlyList<IReadOnlyList<Hit>> ToHits(List<Scan> scans, IReadOnlyList<List<Pass>> parts) =>
        [.. scans.Select((scan, number) => scan.ToHits(parts.SelectMany(passes => passes[number].Kept)))];

    /// <summary>The items that hold the words of a free-text query, best first, ties by name.</summary>
    public IReadOnlyList<TextHit> Find(TextQuery query, int count, DateTimeOffset now)
    {
        var top = new TopItems(count);
        foreach (var (block, gone) in Blocks)
        {
            block.Find(query, gone, now, top);
        }

        return [.. top.Kept().Order(Candidate.BestFirst).Select(found => new TextHit(found.Block.Items.NameOf(found.Ordinal), found.Score))];
    }
}

/// <summary>The writing side of one partition's index over offers or needs: small new blocks, merged as they grow. One writer at a time.</summary>
public sealed class PartitionIndex
{
    /// <summary>Blocks of like size that are merged into one: an item is copied once for each power of it.</summary>
    private const int Fan = 8;

    private readonly HashSet<Place> places = new(Place.ByName);
    private readonly HashSet<Place>.AlternateLookup<ReadOnlySpan<byte>> placesByName;

    /// <summary>An index without items.</summary>
    public PartitionIndex() => placesByName = places.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>What readers use until the next change.</summary>
    public IndexSnapshot Snapshot { get; private set; } = IndexSnapshot.Empty;

    /// <summary>Items in the index.</summary>
    public int Count => places.Count;

    /// <summary>Their names, in no order.</summary>
    public IReadOnlyCollection<string> Names => [.. places.Select(place => place.Block.Items.NameOf(place.Ordinal))];

    /// <summary>Puts items in, replacing those of the same name, takes others out, and publishes a new snapshot.</summary>
    /// <remarks>An item is copied at most O(log N) times over its life, as blocks of like size merge up to <see cref="Block.MaxItems"/>; a query visits at most O(log N) blocks besides the full ones.</remarks>
    public void Apply(IReadOnlyList<(IndexedItem Item, Encoding Encoding)> items, IReadOnlyCollection<string> removed)
    {
        try
        {
            Snapshot = Changed(items, removed);
        }
        catch
        {
            // Nothing changed for readers; places may have: they are found anew.
            places.Clear();
            foreach (var (block, gone) in Snapshot.Blocks)
            {
                Enter(block, gone);
            }

            throw;
        }
    }

    private IndexSnapshot Changed(IReadOnlyList<(IndexedItem Item, Encoding Encoding)> items, IReadOnlyCollection<string> removed)
    {
        var blocks = Snapshot.Blocks.ToList();
        var copied = new HashSet<Block>();
        foreach (var name in items.Select(item => item.Item.Name).Concat(removed))
        {
            Remove(name, blocks, copied);
        }

        foreach (var chunk in items.Chunk(Block.MaxItems))
        {
            Add(Block.Build(chunk), blocks);
        }

        while (MergeableRun(blocks) is > 1 and var run)
        {
            var merged = Block.Merge(blocks[^run..]);
            blocks.RemoveRange(blocks.Count - run, run);
            Add(merged, blocks);
        }

        // A full block of which most is gone is as good as a small one.
        if (blocks.FindIndex(part => Live(part) < part.Block.Count / 2) is >= 0 and var sparse)
        {
            var merged = Block.Merge([blocks[sparse]]);
            blocks.RemoveAt(sparse);
            Add(merged, blocks);
        }

        return new([.. blocks.Where(part => part.Block.Count > 0)]);
    }

    /// <summary>How many blocks at the end are worth merging: those of the last one's size or smaller, when they are many or fill a block.</summary>
    private static int MergeableRun(List<(Block Block, Bits? Gone)> blocks)
    {
        var (run, sum) = (0, 0);
        while (run < blocks.Count && Tier(blocks[^(run + 1)]) <= Tier(blocks[^1]))
        {
            if (sum + Live(blocks[^(run + 1)]) > Block.MaxItems)
            {
                return sum > Block.MaxItems / 2 ? run : 0;
            }

            sum += Live(blocks[^++run]);
        }

        return run >= Fan ? run : 0;
    }

    private static int Tier((Block Block, Bits? Gone) part) => (int)Math.Log(Math.Max(1, Live(part)), Fan);

    private static int Live((Block Block, Bits? Gone) part) => part.Block.Count - (part.Gone?.Count() ?? 0);

    private void Remove(string name, List<(Block Block, Bits? Gone)> blocks, HashSet<Block> copied)
    {
        var key = System.Text.Encoding.UTF8.GetBytes(name);
        if (!placesByName.TryGetValue(key, out var place))
        {
            return;
        }

        places.Remove(place);
        var number = blocks.FindIndex(part => part.Block == place.Block);
        if (copied.Add(place.Block))
        {
            blocks[number] = (place.Block, blocks[number].Gone?.Copy() ?? new Bits(place.Block.Count)); // readers hold the one before
        }

        blocks[number].Gone![place.Ordinal] = true;
    }

    private void Add(Block block, List<(Block Block, Bits? Gone)> blocks)
    {
        blocks.Add((block, null));
        Enter(block, null);
    }

    private void Enter(Block block, Bits? gone)
    {
        for (var ordinal = 0; ordinal < block.Count; ordinal++)
        {
            if (gone?[ordinal] != true)
            {
                var place = new Place(block, ordinal);
                places.Remove(place); // an equal one, of a block that was merged
                places.Add(place);
            }
        }
    }

    /// <summary>Where an item is; equal to another place when both hold the same name.</summary>
    private readonly record struct Place(Block Block, int Ordinal)
    {
        public static IEqualityComparer<Place> ByName { get; } = new NameComparer();

        private ReadOnlySpan<byte> Name => Block.Items.Utf8NameOf(Ordinal);

        private sealed class NameComparer : IEqualityComparer<Place>, IAlternateEqualityComparer<ReadOnlySpan<byte>, Place>
        {
            public bool Equals(Place x, Place y) => x.Name.SequenceEqual(y.Name);

            public int GetHashCode(Place obj) => GetHashCode(obj.Name);

            public bool Equals(ReadOnlySpan<byte> alternate, Place other) => alternate.SequenceEqual(other.Name);

            public int GetHashCode(ReadOnlySpan<byte> alternate)
            {
                var hash = default(HashCode); // seeded anew in each process, so that nobody can choose names that collide
                hash.AddBytes(alternate);
                return hash.ToHashCode();
            }

            public Place Create(ReadOnlySpan<byte> alternate) => throw new NotSupportedException("A name alone is no place.");
        }
    }
}
