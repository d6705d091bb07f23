using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Search;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Suggestions;

[GrainType("partition"), KeepAlive]
internal sealed partial class PartitionGrain(
    ChangeReader changes, EncodingStore encodings, PartitionIndexer indexer, PartitionSearch search, QueryPool pool,
    ActiveModel models, IOptions<MatchingOptions> options, IOptions<FreshnessOptions> freshness, TimeProvider clock, ILogger<PartitionGrain> logger) : Grain, IPartitionGrain
{
    private const int FollowPage = 500;
    private const int RefreshPage = 50;
    private static readonly TimeSpan RetiredFor = TimeSpan.FromSeconds(10); // a silo learns within a second that the model changed
    private readonly Queue<string> unrefreshed = new(); // needs whose lists may be of an earlier model
    private PartitionIndexes serving = new(models.File);
    private PartitionIndexes? preparing; // for the next model
    private PartitionIndexes? retired; // of the model before, for queries that were under way
    private long preparedTo; // storage id of the last item that was indexed with the next model
    private bool prepared;
    private bool forgetting; // whether encodings of earlier models may be left
    private DateTimeOffset switchedAt;
    private Position watermark;
    private DateTimeOffset asOf;

    private int Partition => (int)this.GetPrimaryKeyLong();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        models.Follow(await GrainFactory.GetGrain<IModelGrain>(0).JoinAsync(Partition, cancellationToken));
        serving = new(models.Current);
        watermark = await encodings.WatermarkAsync(Partition, serving.Model.Version, cancellationToken);
        asOf = clock.GetUtcNow();
        for (long? after = 0; after is not null;)
        {
            after = await indexer.LoadAsync(Partition, serving, after.Value, cancellationToken);
        }

        RefreshAll();
        LogLoaded(Partition, serving.Offers.Count, serving.Needs.Count, serving.Model.Version);
        this.RegisterGrainTimer(FollowAsync, new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = options.Value.FollowPeriod, KeepAlive = true });
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken)
    {
        var asked = queries.Select((query, place) => (query, place, Indexes: IndexesOf(query.Model)))
            .GroupBy(entry => (entry.Indexes.Model, Snapshot: entry.query.Answers == ItemKind.Offer ? entry.Indexes.Offers.Snapshot : entry.Indexes.Needs.Snapshot)).ToList();
        var (asOfNow, fresh) = (asOf, freshness.Value.At(clock.GetUtcNow()));
        return pool.QueryAsync(
            () =>
            {
                var answers = new IReadOnlyList<PartitionHit>[queries.Count];
                foreach (var group in asked)
                {
                    var found = group.Key.Snapshot.Search([.. group.Select(entry => PartitionSearch.ToIndexQuery(entry.query, fresh))], group.Key.Model);
                    foreach (var (entry, hits) in group.Zip(found))
                    {
                        answers[entry.place] = [.. hits.Select(PartitionHit.Of)];
                    }
                }

                return new PartitionAnswer(answers, asOfNow);
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<PartitionTextHit>> FindAsync(string text, string languageCode, int count, CancellationToken cancellationToken)
    {
        var (model, offersNow, needsNow, now) = (serving.Model, serving.Offers.Snapshot, serving.Needs.Snapshot, clock.GetUtcNow());
        return pool.QueryAsync(
            () =>
            {
                var query = TextQuery.Of(model, text, languageCode);
                return (IReadOnlyList<PartitionTextHit>)[.. offersNow.Find(query, count, now).Concat(needsNow.Find(query, count, now)).Select(hit => new PartitionTextHit(hit.Name, hit.Score))];
            },
            cancellationToken);
    }

    /// <summary>The indexes of the model that a query was encoded with.</summary>
    /// <exception cref="TimeoutException">They are not ready here yet, or no more; a second later they are.</exception>
    private PartitionIndexes IndexesOf(string model) => new[] { serving, prepared ? preparing : null, retired }.FirstOrDefault(indexes => indexes?.Model.Version == model)
        ?? throw new TimeoutException($"Partition {Partition} cannot answer for model '{model}' now; it answers for '{serving.Model.Version}'.");

    /// <summary>Brings index and suggestions up to date with what was committed; the watermark moves only behind the work, so that a crash repeats it.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await KeepUpWithModelAsync(cancellationToken);
                var readAt = clock.GetUtcNow();
                var (changed, next, isLast) = await changes.ReadAsync(Partition, options.Value.Partitions, watermark, FollowPage, cancellationToken);
                if (changed.Count == 0)
                {
                    asOf = isLast ? readAt : asOf;
                    return;
                }

                if (preparing is not null)
                {
                    await indexer.FollowAsync(preparing, changed, cancellationToken);
                }

                await SuggestAsync(await indexer.FollowAsync(serving, changed, cancellationToken), cancellationToken);
                await encodings.SetWatermarkAsync(Partition, serving.Model.Version, next, cancellationToken);
                watermark = next;
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogNotFollowed(error, Partition, watermark); // repeated from the watermark at the next tick
        }
    }

    /// <summary>One step towards the model that the exchange decided for; what fails is tried again at the next tick, and never stops the following.</summary>
    private async Task KeepUpWithModelAsync(CancellationToken cancellationToken)
    {
        try
        {
            Switch();
            await PrepareAsync(cancellationToken);
            await RefreshAsync(cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogNotPrepared(error, Partition);
        }
    }

    /// <summary>Takes over the model that the exchange decided for, once it is prepared here.</summary>
    private void Switch()
    {
        if (retired is not null && clock.GetUtcNow() - switchedAt >= RetiredFor)
        {
            retired = null;
        }

        if (prepared && preparing!.Model.Version == models.Current.Version)
        {
            (retired, serving, preparing, prepared, switchedAt) = (serving, preparing, null, false, clock.GetUtcNow());
            RefreshAll();
            LogSwitched(Partition, serving.Model.Version);
        }
    }

    private void RefreshAll()
    {
        forgetting = true;
        unrefreshed.Clear();
        foreach (var need in serving.Needs.Names)
        {
            unrefreshed.Enqueue(need);
        }
    }

    /// <summary>Computes some lists of an earlier model anew, and when all are done drops some encodings of earlier models.</summary>
    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < RefreshPage && unrefreshed.TryPeek(out var need); i++)
        {
            if (!await GrainFactory.GetGrain<ISuggestionListGrain>(need).RefreshAsync(serving.Model.Version, cancellationToken))
            {
                return; // its silo hasn't heard of the model yet
            }

            unrefreshed.Dequeue();
        }

        if (forgetting && unrefreshed.Count == 0 && preparing is null)
        {
            forgetting = await encodings.ForgetAsync(Partition, options.Value.Partitions, serving.Model.Version, cancellationToken);
        }
    }

    /// <summary>Encodes one page of items for another model at each tick, behind the changes that the serving one follows.</summary>
    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var wanted = models.Current.Version != serving.Model.Version ? models.Current : models.Next;
        if (wanted is null)
        {
            (preparing, prepared) = (null, false);
            return;
        }

        if (preparing?.Model.Version != wanted.Version)
        {
            (preparing, preparedTo, prepared) = (new(wanted), 0, false);
        }

        if (!prepared && await indexer.LoadAsync(Partition, preparing, preparedTo, cancellationToken) is { } after)
        {
            preparedTo = after;
            return;
        }

        prepared = true;
        if (wanted.Version == models.Next?.Version)
        {
            await GrainFactory.GetGrain<IModelGrain>(0).ReadyAsync(Partition, wanted.Version, cancellationToken);
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
            if (PartitionIndexer.IsIndexed(offer))
            {
                queries.Add((offer.Item, true, Query(offer.Item, offer.Encoding!)));
            }

            if (offer.Item.Revision > 1 && await encodings.FindEarlierAsync(offer.Id, serving.Model.Version, offer.Item.Revision, cancellationToken) is { } earlier)
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
            foreach (var need in answer.Hits[i].Where(hit => !current || AsHit(offer, hit).Score >= serving.Model.Fusion.Threshold))
            {
                var forNeed = candidates.TryGetValue(need.Name, out var known) ? known : candidates[need.Name] = [];
                if (current || !forNeed.ContainsKey(offer.Name))
                {
                    forNeed[offer.Name] = new(offer.Name, current ? AsHit(offer, need) : null);
                }
            }
        }

        await Task.WhenAll(candidates.Select(pair => GrainFactory.GetGrain<ISuggestionListGrain>(pair.Key).MergeAsync(serving.Model.Version, [.. pair.Value.Values], cancellationToken)));
    }

    /// <summary>The same pair seen from the need: whether the offer is stale counts, not the need.</summary>
    private PartitionHit AsHit(Item offer, PartitionHit need)
    {
        var stale = freshness.Value.At(clock.GetUtcNow()).IsStale(offer);
        var language = LanguageDetector.PositionOf(offer.Content.LanguageCode);
        var pair = serving.Model.Fusion.Of(language, need.Language);
        return need with { Name = offer.Name, Country = offer.Country, Language = language, Stale = stale, Score = pair.Score(need.ToSignals(), stale) };
    }

    private PartitionQuery Query(Item offer, byte[] encoding) => PartitionSearch.QueryOf(offer.Content, ItemKind.Offer, offer.Parent, options.Value.KeptPerNeed, (serving.Model, encoding), MinScore);

    /// <summary>A need that is stale itself still wants to hear of a good offer: its own penalty doesn't count.</summary>
    private double MinScore => PairWeights.WithStalePenalty(serving.Model.Fusion.Threshold);

    [LoggerMessage(EventId = 400, Level = LogLevel.Information, Message = "Partition {Partition} holds {Offers} offers and {Needs} needs, read by model {Model}")]
    private partial void LogLoaded(int partition, int offers, int needs, string model);

    [LoggerMessage(EventId = 403, Level = LogLevel.Information, Message = "Partition {Partition} answers with model {Model} from now on")]
    private partial void LogSwitched(int partition, string model);

    [LoggerMessage(EventId = 404, Level = LogLevel.Error, Message = "Partition {Partition} could not go on towards another model")]
    private partial void LogNotPrepared(Exception error, int partition);

    [LoggerMessage(EventId = 401, Level = LogLevel.Error, Message = "Partition {Partition} could not follow the changes after {Watermark}")]
    private partial void LogNotFollowed(Exception error, int partition, Position watermark);
}
