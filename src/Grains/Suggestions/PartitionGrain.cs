using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Suggestions;

[GrainType("partition"), KeepAlive]
internal sealed partial class PartitionGrain(
    ChangeReader changes, EncodingStore encodings, PartitionSearch search, QueryPool pool,
    MatchingModel model, IOptions<MatchingOptions> options, TimeProvider clock, ILogger<PartitionGrain> logger) : Grain, IPartitionGrain
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
        var (offersNow, needsNow, asOfNow, now) = (offers.Snapshot, needs.Snapshot, asOf, clock.GetUtcNow());
        return pool.RunAsync(
            () => new PartitionAnswer(
                [.. queries.Select(query => (IReadOnlyList<PartitionHit>)[.. (query.Answers == ItemKind.Offer ? offersNow : needsNow)
                    .Search(PartitionSearch.ToIndexQuery(query, now, options.Value.StaleAfter), model.Fusion, model.Rarity)
                    .Select(hit => new PartitionHit(hit.Name, hit.Country, hit.Score, hit.Stale))])],
                asOfNow),
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
                await IndexAsync(items, [.. changed.Select(change => change.Name).Where(name => !stands.Contains(name))], cancellationToken);
                await SuggestAsync(items, cancellationToken);
                await encodings.SetWatermarkAsync(Partition, Model, seq, cancellationToken);
                watermark = seq;
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogNotFollowed(error, Partition, watermark); // repeated from the watermark at the next tick
        }
    }

    /// <summary>Encodes what has no encoding yet, stores it, and changes the index.</summary>
    private async Task IndexAsync(IReadOnlyList<EncodedItem> items, IReadOnlyList<string> removed, CancellationToken cancellationToken)
    {
        var published = items.Where(item => item.Item.State == ItemState.Published).ToList();
        var encoded = await pool.RunAsync(() => published.ConvertAll(item => (item, Encoding: item.Encoding is { } bytes ? Encoding.FromBytes(bytes) : Encode(item.Item))), cancellationToken);
        await encodings.StoreAsync(Model, [.. encoded.Where(pair => pair.item.Encoding is null).Select(pair => (pair.item.Id, pair.item.Item.Revision, pair.Encoding.ToBytes()))], cancellationToken);
        string[] gone = [.. removed, .. items.Where(item => item.Item.State != ItemState.Published).Select(item => item.Item.Name)];
        offers.Apply([.. encoded.Where(pair => pair.item.Item.Type != "need").Select(pair => (Indexed(pair.item.Item), pair.Encoding))], gone);
        needs.Apply([.. encoded.Where(pair => pair.item.Item.Type == "need").Select(pair => (Indexed(pair.item.Item), pair.Encoding))], gone);
    }

    /// <summary>Computes the lists of changed needs, and merges changed offers into the lists of the needs they fit or fitted.</summary>
    private async Task SuggestAsync(IReadOnlyList<EncodedItem> items, CancellationToken cancellationToken)
    {
        await Task.WhenAll(items.Where(item => item.Item.Type == "need").Select(item => GrainFactory.GetGrain<ISuggestionListGrain>(item.Item.Name).RecomputeAsync(cancellationToken)));
        var changed = items.Where(item => item.Item.Type != "need").ToList();
        var queries = new List<(Item Offer, bool Current, PartitionQuery Query)>();
        foreach (var (id, offer, encoding) in changed)
        {
            if (offer.State == ItemState.Published)
            {
                queries.Add((offer, true, Query(offer, encoding)));
            }

            if (offer.Revision > 1 && await encodings.FindEarlierAsync(id, Model, offer.Revision, cancellationToken) is { } earlier)
            {
                queries.Add((offer, false, Query(offer, earlier) with { Areas = -1 & 0x7FF, Goals = 0x1FFFF })); // its tags may have changed: reach every need it could have fitted
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
                    var stale = offer.ConfirmTime < clock.GetUtcNow() - options.Value.StaleAfter;
                    forNeed[offer.Name] = new(offer.Name, offer.Country, current ? need.Score : null, stale);
                }
            }
        }

        await Task.WhenAll(candidates.Select(pair => GrainFactory.GetGrain<ISuggestionListGrain>(pair.Key).MergeAsync([.. pair.Value.Values], cancellationToken)));
    }

    private PartitionQuery Query(Item offer, byte[]? encoding) => search.QueryOf(offer.Content, ItemKind.Offer, offer.Parent, options.Value.KeptPerNeed, encoding: encoding);

    private Encoding Encode(Item item) => model.Encode(item.Content.Title, item.Content.Summary, item.Content.LanguageCode);

    private static IndexedItem Indexed(Item item) => new(
        item.Name, item.Parent, item.Country, PartitionSearch.Areas(item.Content), PartitionSearch.Goals(item.Content), item.ConfirmTime ?? item.UpdateTime, item.ExpireTime);

    [LoggerMessage(EventId = 400, Level = LogLevel.Information, Message = "Partition {Partition} holds {Offers} offers and {Needs} needs")]
    private partial void LogLoaded(int partition, int offers, int needs);

    [LoggerMessage(EventId = 401, Level = LogLevel.Error, Message = "Partition {Partition} could not follow the changes after {Watermark}")]
    private partial void LogNotFollowed(Exception error, int partition, long watermark);
}
