using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Duplicates;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Search;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Suggestions;

[GrainType("partition"), KeepAlive]
internal sealed partial class PartitionGrain(
    ChangeReader changes, EncodingStore encodings, FingerprintStore fingerprints, PartitionSearch search, QueryPool pool,
    MatchingModel model, IOptions<MatchingOptions> options, IOptions<FreshnessOptions> freshness, TimeProvider clock, ILogger<PartitionGrain> logger) : Grain, IPartitionGrain
{
    private const int LoadPage = 2_000;
    private const int FollowPage = 500;
    private readonly PartitionIndex offers = new();
    private readonly PartitionIndex needs = new();
    private long watermark;
    private DateTimeOffset asOf;

    private int Partition => (int)this.GetPrimaryKeyLong();

    private string Model => model.Version;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        watermark = await encodings.WatermarkAsync(Partition, Model, cancellationToken);
        asOf = clock.GetUtcNow();
        for (long after = 0; ;)
        {
            var page = await changes.ReadPublishedAsync(Partition, options.Value.Partitions, after, LoadPage, Model, cancellationToken);
            await IndexAsync(page, [], cancellationToken);
            if (page.Count < LoadPage)
            {
                break;
            }

            after = page[^1].Id;
        }

        LogLoaded(Partition, offers.Count, needs.Count);
        this.RegisterGrainTimer(FollowAsync, new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = options.Value.FollowPeriod, KeepAlive = true });
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken)
    {
        var (offersNow, needsNow, asOfNow, fresh) = (offers.Snapshot, needs.Snapshot, asOf, freshness.Value.At(clock.GetUtcNow()));
        return pool.QueryAsync(
            () => new PartitionAnswer(
                [.. queries.Select(query => (IReadOnlyList<PartitionHit>)[.. (query.Answers == ItemKind.Offer ? offersNow : needsNow)
                    .Search(PartitionSearch.ToIndexQuery(query, fresh), model.Fusion, model.Rarity)
                    .Select(PartitionHit.Of)])],
                asOfNow),
            cancellationToken);
    }

    public Task<IReadOnlyList<PartitionTextHit>> FindAsync(string text, string languageCode, int count, CancellationToken cancellationToken)
    {
        var (offersNow, needsNow, now) = (offers.Snapshot, needs.Snapshot, clock.GetUtcNow());
        return pool.QueryAsync(
            () =>
            {
                var query = TextQuery.Of(model, text, languageCode);
                return (IReadOnlyList<PartitionTextHit>)[.. offersNow.Find(query, count, now).Concat(needsNow.Find(query, count, now)).Select(hit => new PartitionTextHit(hit.Name, hit.Score))];
            },
            cancellationToken);
    }

    /// <summary>Brings index and suggestions up to date with what was committed; the watermark moves only behind the work, so that a crash repeats it.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var readAt = clock.GetUtcNow();
                var (changed, seq) = await changes.ReadAsync(Partition, options.Value.Partitions, watermark, FollowPage, cancellationToken);
                if (changed.Count == 0)
                {
                    asOf = readAt;
                    return;
                }

                var items = await changes.ReadItemsAsync([.. changed.Select(change => change.Item)], Model, cancellationToken);
                var stands = items.Select(item => item.Item.Name).ToHashSet();
                var encoded = await IndexAsync(items, [.. changed.Select(change => change.Name).Where(name => !stands.Contains(name))], cancellationToken);
                await SuggestAsync(encoded, cancellationToken);
                await encodings.SetWatermarkAsync(Partition, Model, seq, cancellationToken);
                watermark = seq;
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogNotFollowed(error, Partition, watermark); // repeated from the watermark at the next tick
        }
    }

    /// <summary>Encodes what has no encoding yet, stores it, and changes the index; returns all items with their encodings.</summary>
    private async Task<IReadOnlyList<EncodedItem>> IndexAsync(IReadOnlyList<EncodedItem> items, IReadOnlyList<string> removed, CancellationToken cancellationToken)
    {
        var encoded = await pool.FollowAsync(() => items.Select(WithEncoding).ToList(), cancellationToken);
        var fresh = encoded.Zip(items).Where(pair => pair.First.Encoding is not null && pair.Second.Encoding is null).Select(pair => (pair.First.Id, pair.First.Item.Revision, pair.First.Encoding!));
        var texts = encoded.Zip(items).Where(pair => pair.First.Encoding is not null && pair.Second.Encoding is null).Select(pair => (pair.First.Id, pair.First.Item.Revision, Fingerprint.Of(pair.First.Item.Content.Title, pair.First.Item.Content.Summary)));
        await fingerprints.StoreAsync([.. texts.Where(text => text.Item3 is not null).Select(text => (text.Id, text.Revision, text.Item3!.Sketch, text.Item3.Bands))], cancellationToken);
        await encodings.StoreAsync(Model, [.. fresh], cancellationToken);
        return await pool.FollowAsync(
            () =>
            {
                var published = encoded.Where(IsIndexed).ToLookup(item => item.Item.Type == "need", item => (Indexed(item.Item), Encoding.FromBytes(item.Encoding)));
                string[] gone = [.. removed, .. encoded.Where(item => !IsIndexed(item)).Select(item => item.Item.Name)];
                offers.Apply([.. published[false]], gone);
                needs.Apply([.. published[true]], gone);
                return encoded;
            },
            cancellationToken);
    }

    private static bool IsIndexed(EncodedItem item) => item.Item.State == ItemState.Published && item.Encoding is not null;

    /// <summary>An item whose text cannot be encoded stays out of the index and is said so: it must not stop those behind it.</summary>
    private EncodedItem WithEncoding(EncodedItem item)
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

    /// <summary>Computes the lists of changed needs, and merges changed offers into the lists of the needs they fit or fitted.</summary>
    private async Task SuggestAsync(IReadOnlyList<EncodedItem> items, CancellationToken cancellationToken)
    {
        await Task.WhenAll(items.Where(item => item.Item.Type == "need").Select(item => GrainFactory.GetGrain<ISuggestionListGrain>(item.Item.Name).RecomputeAsync(cancellationToken)));
        var changed = items.Where(item => item.Item.Type != "need").ToList();
        var queries = new List<(Item Offer, bool Current, PartitionQuery Query)>();
        foreach (var offer in changed)
        {
            if (IsIndexed(offer))
            {
                queries.Add((offer.Item, true, Query(offer.Item, offer.Encoding!)));
            }

            if (offer.Item.Revision > 1 && await encodings.FindEarlierAsync(offer.Id, Model, offer.Item.Revision, cancellationToken) is { } earlier)
            {
                queries.Add((offer.Item, false, Query(offer.Item, earlier) with { Areas = 0x7FF, Goals = 0x1FFFF })); // its tags may have changed: reach every need it could have fitted
            }
        }

        if (queries.Count == 0)
        {
            return;
        }

        var answer = await search.SearchAsync([.. queries.Select(query => query.Query)], cancellationToken);
        var candidates = new Dictionary<string, Dictionary<string, Candidate>>();
        for (var i = 0; i < queries.Count; i++)
        {
            var (offer, current, query) = queries[i];
            foreach (var need in answer.Hits[i].Where(hit => hit.Score >= query.MinScore || !current))
            {
                var forNeed = candidates.TryGetValue(need.Name, out var known) ? known : candidates[need.Name] = [];
                if (current || !forNeed.ContainsKey(offer.Name))
                {
                    forNeed[offer.Name] = new(offer.Name, current ? AsHit(offer, need) : null);
                }
            }
        }

        await Task.WhenAll(candidates.Select(pair => GrainFactory.GetGrain<ISuggestionListGrain>(pair.Key).MergeAsync([.. pair.Value.Values], cancellationToken)));
    }

    /// <summary>The same pair seen from the need: whether the offer is stale counts, not the need.</summary>
    private PartitionHit AsHit(Item offer, PartitionHit need)
    {
        var stale = freshness.Value.At(clock.GetUtcNow()).IsStale(offer);
        return need with { Name = offer.Name, Country = offer.Country, Stale = stale, Score = model.Fusion.Score(need.ToSignals(), stale) };
    }

    private PartitionQuery Query(Item offer, byte[] encoding) => search.QueryOf(offer.Content, ItemKind.Offer, offer.Parent, options.Value.KeptPerNeed, encoding: encoding);

    private static IndexedItem Indexed(Item item) => new(
        item.Name, item.Parent, item.Country, PartitionSearch.Areas(item.Content), PartitionSearch.Goals(item.Content), item.ConfirmTime ?? item.UpdateTime, item.ExpireTime);

    [LoggerMessage(EventId = 400, Level = LogLevel.Information, Message = "Partition {Partition} holds {Offers} offers and {Needs} needs")]
    private partial void LogLoaded(int partition, int offers, int needs);

    [LoggerMessage(EventId = 402, Level = LogLevel.Error, Message = "'{Item}' could not be encoded and stays out of the index")]
    private partial void LogNotEncoded(Exception error, string item);

    [LoggerMessage(EventId = 401, Level = LogLevel.Error, Message = "Partition {Partition} could not follow the changes after {Watermark}")]
    private partial void LogNotFollowed(Exception error, int partition, long watermark);
}
