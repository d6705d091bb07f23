using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Duplicates;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

/// <summary>Brings items into a partition's indexes: encodes what has no encoding yet, stores it for the next time, and changes the index.</summary>
internal sealed partial class PartitionIndexer(
    ChangeReader changes, EncodingStore encodings, FingerprintStore fingerprints, QueryPool pool, MatchingMeters meters, IOptions<MatchingOptions> options, ILogger<PartitionIndexer> logger)
{
    private const int LoadPage = 4_000;
    private const int FullLoad = 64_000; // a full block, in whole pages

    public static bool IsIndexed(EncodedItem item) => item.Item.State == ItemState.Published && item.Encoding is not null;

    /// <summary>Indexes one page of a partition's published items behind a storage id; returns the last one's, or null when there are no more.</summary>
    public async Task<long?> LoadPageAsync(int partition, PartitionIndexes indexes, long after, CancellationToken cancellationToken)
    {
        var page = await changes.ReadPublishedAsync(partition, options.Value.Partitions, after, LoadPage, indexes.Model.Version, cancellationToken);
        await ApplyAsync(indexes, page, [], cancellationToken);
        return page.Count < LoadPage ? null : page[^1].Id;
    }

    /// <summary>Indexes all of a partition's published items: reads a page while the one before is being taken in, and makes full blocks, which never need to be merged.</summary>
    public async Task LoadAsync(int partition, PartitionIndexes indexes, CancellationToken cancellationToken)
    {
        var gathered = new List<Indexable>();
        var reading = ReadAsync(0);
        for (IReadOnlyList<StoredItem>? page; (page = await reading) is not null;)
        {
            reading = page.Count < LoadPage ? Task.FromResult<IReadOnlyList<StoredItem>?>(null) : ReadAsync(page[^1].Id);
            var read = await pool.FollowAsync(() => page.Select(item => (Stored: item, Indexable: Indexable.Find(item))).ToList(), cancellationToken);
            if (read.Any(item => item.Indexable is null))
            {
                await ApplyAsync(indexes, [.. read.Where(item => item.Indexable is null).Select(item => item.Stored)], [], cancellationToken);
            }

            gathered.AddRange(read.Select(item => item.Indexable).OfType<Indexable>());
            if (gathered.Count >= FullLoad || page.Count < LoadPage)
            {
                var full = gathered.ToLookup(item => item.IsNeed, item => (item.Item, item.Encoding));
                gathered = [];
                await pool.FollowAsync(
                    () =>
                    {
                        indexes.Offers.Apply([.. full[false]], []);
                        indexes.Needs.Apply([.. full[true]], []);
                        return true;
                    },
                    cancellationToken);
            }
        }

        async Task<IReadOnlyList<StoredItem>?> ReadAsync(long after) =>
            await changes.ReadPublishedAsync(partition, options.Value.Partitions, after, LoadPage, indexes.Model.Version, cancellationToken);
    }

    /// <summary>Reads changed items as they stand, and indexes them; returns those that still stand and can be read, with their encodings.</summary>
    public async Task<IReadOnlyList<EncodedItem>> FollowAsync(PartitionIndexes indexes, IReadOnlyList<ItemChange> changed, CancellationToken cancellationToken)
    {
        var standing = await changes.ReadItemsAsync([.. changed.Select(change => change.Item)], indexes.Model.Version, cancellationToken);
        var names = standing.Select(item => item.Name).ToHashSet();
        return await ApplyAsync(indexes, standing, [.. changed.Select(change => change.Name).Where(name => !names.Contains(name))], cancellationToken);
    }

    private async Task<IReadOnlyList<EncodedItem>> ApplyAsync(PartitionIndexes indexes, IReadOnlyList<StoredItem> items, IReadOnlyList<string> gone, CancellationToken cancellationToken)
    {
        var taken = await pool.FollowAsync(() => items.Select(item => TakeIn(indexes, item)).ToList(), cancellationToken);
        var fresh = taken.Where(item => item.IsFresh).Select(item => item.Item!).ToList();
        var texts = fresh.Select(item => (item.Id, item.Item.Revision, Fingerprint: Fingerprint.Of(item.Item.Content.Title, item.Item.Content.Summary))).Where(text => text.Fingerprint is not null);
        await fingerprints.StoreAsync([.. texts.Select(text => (text.Id, text.Revision, text.Fingerprint!.Sketch, text.Fingerprint.Bands))], cancellationToken);
        await encodings.StoreAsync(indexes.Model.Version, [.. fresh.Select(item => (item.Id, item.Item.Revision, item.Encoding!))], cancellationToken);
        return await pool.FollowAsync(
            () =>
            {
                var published = taken.Where(item => item.Indexable is not null).ToLookup(item => item.Indexable!.Value.IsNeed, item => (item.Indexable!.Value.Item, item.Indexable.Value.Encoding));
                string[] removed = [.. gone, .. items.Zip(taken).Where(pair => pair.Second.Indexable is null).Select(pair => pair.First.Name)];
                indexes.Offers.Apply([.. published[false]], removed);
                indexes.Needs.Apply([.. published[true]], removed);
                indexes.SetAside.ExceptWith(gone);
                return taken.Select(item => item.Item).OfType<EncodedItem>().ToList();
            },
            cancellationToken);
    }

    /// <summary>What becomes of a stored item. One that cannot be read or encoded stays out of the index and is said so once: it must not stop those behind it.</summary>
    private Taken TakeIn(PartitionIndexes indexes, StoredItem stored)
    {
        if (stored.FindItem() is not { } item)
        {
            SetAside(indexes, stored.Name, "state");
            return default;
        }

        var taken = new Taken(new(stored.Id, item, null), null, false);
        try
        {
            if (item.State == ItemState.Published)
            {
                var kept = Encoding.Find(stored.Encoding); // one that is damaged is made anew
                var bytes = kept is null ? indexes.Model.Encode(item.Content.Title, item.Content.Summary, item.Content.LanguageCode).ToBytes() : stored.Encoding!;
                taken = new(new(stored.Id, item, bytes), new(Indexed(item), kept ?? Encoding.FromBytes(bytes), item.Type == "need"), kept is null);
            }

            indexes.SetAside.Remove(stored.Name);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            SetAside(indexes, stored.Name, error.GetType().Name); // its message might quote the text
        }

        return taken;
    }

    private void SetAside(PartitionIndexes indexes, string item, string reason)
    {
        if (indexes.SetAside.Add(item))
        {
            meters.SetAside();
            LogSetAside(item, reason);
        }
    }

    private static IndexedItem Indexed(Item item) => new(
        item.Name, item.Parent, item.Country, PartitionSearch.Areas(item.Content), PartitionSearch.Goals(item.Content), (int)item.Content.Maturity, item.ConfirmTime ?? item.UpdateTime, item.ExpireTime);

    [LoggerMessage(EventId = 402, Level = LogLevel.Error, Message = "'{Item}' cannot be read or encoded ({Reason}) and stays out of the index until it changes")]
    private partial void LogSetAside(string item, string reason);

    /// <summary>What became of an item.</summary>
    /// <param name="Item">The item, with its encoding when it is indexed; null when it cannot be read.</param>
    /// <param name="Indexable">What is indexed; null when it is not.</param>
    /// <param name="IsFresh">Whether its encoding is not stored yet.</param>
    private readonly record struct Taken(EncodedItem? Item, Indexable? Indexable, bool IsFresh);
}
