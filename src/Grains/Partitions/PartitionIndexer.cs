using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Duplicates;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

/// <summary>Brings items into a partition's indexes: encodes what has no encoding yet, stores it for the next time, and changes the index.</summary>
internal sealed partial class PartitionIndexer(
    ChangeReader changes, EncodingStore encodings, FingerprintStore fingerprints, QueryPool pool, IOptions<MatchingOptions> options, ILogger<PartitionIndexer> logger)
{
    private const int LoadPage = 4_000;
    private const int FullLoad = 64_000; // a full block, in whole pages

    public static bool IsIndexed(EncodedItem item) => item.Item.State == ItemState.Published && item.Encoding is not null;

    /// <summary>Indexes one page of a partition's published items behind a storage id; returns the last one's, or null when there are no more.</summary>
    public async Task<long?> LoadPageAsync(int partition, PartitionIndexes indexes, long after, CancellationToken cancellationToken)
    {
        var page = await changes.ReadPublishedAsync(partition, options.Value.Partitions, after, LoadPage, indexes.Model.Version, cancellationToken);
        await ApplyAsync(indexes, [.. page.Select(item => item.Decode())], [], cancellationToken);
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
            var unencoded = page.Where(item => item.Encoding is null).ToList();
            if (unencoded.Count > 0)
            {
                await ApplyAsync(indexes, unencoded.ConvertAll(item => item.Decode()), [], cancellationToken);
            }

            gathered.AddRange(await pool.FollowAsync(() => page.Where(item => item.Encoding is not null).Select(Indexable.Of).ToList(), cancellationToken));
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

    /// <summary>Reads changed items as they stand, and indexes them; returns those that still stand, with their encodings.</summary>
    public async Task<IReadOnlyList<EncodedItem>> FollowAsync(PartitionIndexes indexes, IReadOnlyList<ItemChange> changed, CancellationToken cancellationToken)
    {
        var standing = await changes.ReadItemsAsync([.. changed.Select(change => change.Item)], indexes.Model.Version, cancellationToken);
        var names = standing.Select(item => item.Item.Name).ToHashSet();
        return await ApplyAsync(indexes, standing, [.. changed.Select(change => change.Name).Where(name => !names.Contains(name))], cancellationToken);
    }

    private async Task<IReadOnlyList<EncodedItem>> ApplyAsync(PartitionIndexes indexes, IReadOnlyList<EncodedItem> items, IReadOnlyList<string> gone, CancellationToken cancellationToken)
    {
        var encoded = await pool.FollowAsync(() => items.Select(item => WithEncoding(indexes.Model, item)).ToList(), cancellationToken);
        var fresh = encoded.Zip(items).Where(pair => pair.First.Encoding is not null && pair.Second.Encoding is null).Select(pair => pair.First).ToList();
        var texts = fresh.Select(item => (item.Id, item.Item.Revision, Fingerprint: Fingerprint.Of(item.Item.Content.Title, item.Item.Content.Summary))).Where(text => text.Fingerprint is not null);
        await fingerprints.StoreAsync([.. texts.Select(text => (text.Id, text.Revision, text.Fingerprint!.Sketch, text.Fingerprint.Bands))], cancellationToken);
        await encodings.StoreAsync(indexes.Model.Version, [.. fresh.Select(item => (item.Id, item.Item.Revision, item.Encoding!))], cancellationToken);
        return await pool.FollowAsync(
            () =>
            {
                var published = encoded.Where(IsIndexed).ToLookup(item => item.Item.Type == "need", item => (Indexed(item.Item), Encoding.FromBytes(item.Encoding)));
                string[] removed = [.. gone, .. encoded.Where(item => !IsIndexed(item)).Select(item => item.Item.Name)];
                indexes.Offers.Apply([.. published[false]], removed);
                indexes.Needs.Apply([.. published[true]], removed);
                return encoded;
            },
            cancellationToken);
    }

    /// <summary>An item whose text cannot be encoded stays out of the index and is said so: it must not stop those behind it.</summary>
    private EncodedItem WithEncoding(MatchingModel model, EncodedItem item)
    {
        if (item.Encoding is not null || item.Item.State != ItemState.Published)
        {
            return item;
        }

        try
        {
            var content = item.Item.Content;
            return item with { Encoding = model.Encode(content.Title, content.Summary, content.LanguageCode).ToBytes() };
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogNotEncoded(error, item.Item.Name);
            return item;
        }
    }

    private static IndexedItem Indexed(Item item) => new(
        item.Name, item.Parent, item.Country, PartitionSearch.Areas(item.Content), PartitionSearch.Goals(item.Content), (int)item.Content.Maturity, item.ConfirmTime ?? item.UpdateTime, item.ExpireTime);

    [LoggerMessage(EventId = 402, Level = LogLevel.Error, Message = "'{Item}' could not be encoded and stays out of the index")]
    private partial void LogNotEncoded(Exception error, string item);
}
