using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Search;
using CooperaNet.Matching.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

[GrainType("partition"), KeepAlive, PartitionPlacement]
internal sealed partial class PartitionGrain(
    ChangeReader changes, EncodingStore encodings, PartitionIndexer indexer, PartitionSuggester suggester, PartitionComparer comparer, PartitionCopies copies, ServingPartitions held, QueryPool pool, MatchingMeters meters,
    ActiveModel models, IOptions<MatchingOptions> options, IOptions<FreshnessOptions> freshness, TimeProvider clock, ILogger<PartitionGrain> logger) : Grain, IPartitionGrain
{
    private const int FollowPage = 500;
    private const int RefreshPage = 50;
    private static readonly TimeSpan RetiredFor = TimeSpan.FromSeconds(10); // a silo learns within a second that the model changed
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10); // below Orleans' time-out for a call
    private static readonly TimeSpan WantedFor = TimeSpan.FromMinutes(10); // whoever moves a partition asks again every ten seconds
    private readonly Queue<string> unrefreshed = new(); // needs whose lists may be of an earlier model
    private readonly Backoff backoff = new(clock);
    private readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isServing;
    private DateTimeOffset? endsAt; // when a copy that does not serve ends, unless it is wanted again
    private PartitionIndexes serving = new(models.File);
    private PartitionIndexes? preparing; // for the next model
    private PartitionIndexes? retired; // of the model before, for queries that were under way
    private long preparedTo; // storage id of the last item that was indexed with the next model
    private bool prepared;
    private bool forgetting; // whether encodings of earlier models may be left
    private DateTimeOffset switchedAt;
    private Position watermark;
    private DateTimeOffset asOf;

    private int Partition => (int)this.GetPrimaryKeyLong(out _);

    private string Copy
    {
        get
        {
            this.GetPrimaryKeyLong(out var copy);
            return copy!;
        }
    }

    /// <summary>How far behind, how large, and how much it lacks.</summary>
    private (TimeSpan Lag, int Items, int Unreadable) State() => (clock.GetUtcNow() - asOf, serving.Offers.Count + serving.Needs.Count, serving.SetAside.Count);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await copies.ReadAsync(Partition, cancellationToken) == Copy)
        {
            isServing = true;
            held.Add(Partition, Copy, State);
        }

        this.RegisterGrainTimer(FollowAsync, new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = options.Value.FollowPeriod, KeepAlive = true });
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        held.Remove(Partition, Copy);
        return Task.CompletedTask;
    }

    public async Task<bool> StartAsync(CancellationToken cancellationToken)
    {
        if (held.IsStopping)
        {
            throw new PartitionMovedException($"The silo of partition {Partition}, copy {Copy}, is about to stop.");
        }

        endsAt = isServing ? null : clock.GetUtcNow() + WantedFor;
        return await Task.WhenAny(loaded.Task, Task.Delay(StartPatience, TimeProvider.System, cancellationToken)) == loaded.Task;
    }

    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        await copies.SetAsync(Partition, Copy, cancellationToken);
        (isServing, endsAt) = (true, null);
        held.Add(Partition, Copy, State);
        models.Follow(await GrainFactory.GetGrain<IModelGrain>(0).JoinAsync(Partition, cancellationToken));
        var last = await encodings.WatermarkAsync(Partition, serving.Model.Version, cancellationToken);
        watermark = last.IsBeforeOrAt(watermark) ? last : watermark; // suggestions are current up to there; the rest is repeated
        RefreshAll();
    }

    public Task RetireAsync(CancellationToken cancellationToken)
    {
        if (isServing)
        {
            (isServing, endsAt) = (false, clock.GetUtcNow() + RetiredFor);
            held.Remove(Partition, Copy);
        }

        return Task.CompletedTask;
    }

    public async Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken)
    {
        await LoadedAsync(cancellationToken);
        var asked = queries.Select((query, place) => (query, place, Indexes: IndexesOf(query.Model)))
            .GroupBy(entry => (entry.Indexes.Model, Snapshot: entry.query.Answers == ItemKind.Offer ? entry.Indexes.Offers.Snapshot : entry.Indexes.Needs.Snapshot)).ToList();
        var (asOfNow, fresh) = (asOf, freshness.Value.At(clock.GetUtcNow()));
        return await pool.ShareAsync(
            asked.Max(group => group.Key.Snapshot.WorthThreads),
            async threads =>
            {
                var answers = new IReadOnlyList<PartitionHit>[queries.Count];
                foreach (var group in asked)
                {
                    var found = await group.Key.Snapshot.SearchAsync([.. group.Select(entry => PartitionSearch.ToIndexQuery(entry.query, fresh))], group.Key.Model, threads);
                    foreach (var (entry, hits) in group.Zip(found))
                    {
                        answers[entry.place] = [.. hits.Select(PartitionHit.Of)];
                    }
                }

                return new PartitionAnswer(answers, asOfNow);
            },
            cancellationToken);
    }

    public async Task<IReadOnlyList<PartitionTextHit>> FindAsync(string text, string languageCode, int count, CancellationToken cancellationToken)
    {
        await LoadedAsync(cancellationToken);
        var (model, offersNow, needsNow, now) = (serving.Model, serving.Offers.Snapshot, serving.Needs.Snapshot, clock.GetUtcNow());
        return await pool.QueryAsync(
            () =>
            {
                var query = TextQuery.Of(model, text, languageCode);
                return (IReadOnlyList<PartitionTextHit>)[.. offersNow.Find(query, count, now).Concat(needsNow.Find(query, count, now)).Select(hit => new PartitionTextHit(hit.Name, hit.Score))];
            },
            cancellationToken);
    }

    public async Task<IndexComparison> CompareAsync(string after, bool repair, CancellationToken cancellationToken)
    {
        if (!isServing || !loaded.Task.IsCompleted)
        {
            throw isServing ? new TimeoutException($"Partition {Partition} reads its items still.") : new PartitionMovedException($"Copy {Copy} of partition {Partition} does not serve.");
        }

        var page = await comparer.CompareAsync(Partition, serving, watermark, after, cancellationToken);
        var left = page.Differences.ToHashSet();
        if (repair && left.Count > 0)
        {
            await TakeInAsync([.. page.Differences.Select(difference => difference.Change)], cancellationToken);
            left = [.. (await comparer.CompareAsync(Partition, serving, watermark, after, cancellationToken)).Differences];
            LogRepaired(Partition, page.Differences.Count(difference => !left.Contains(difference)), page.Differences.Count);
        }

        return new(page.Compared, [.. page.Differences.Select(difference => new IndexDifference(difference.Kind, difference.Change.Name, !left.Contains(difference)))], page.Next, options.Value.Partitions, asOf);
    }

    /// <summary>Waits for a copy that reads; a copy that nobody wants any more ends.</summary>
    private Task LoadedAsync(CancellationToken cancellationToken)
    {
        if (!isServing && endsAt is null)
        {
            DeactivateOnIdle();
            throw new PartitionMovedException($"Copy {Copy} of partition {Partition} does not serve.");
        }

        return loaded.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The indexes of the model that a query was encoded with.</summary>
    /// <exception cref="TimeoutException">They are not ready here yet, or no more; a second later they are.</exception>
    private PartitionIndexes IndexesOf(string model) => new[] { serving, prepared ? preparing : null, retired }.FirstOrDefault(indexes => indexes?.Model.Version == model)
        ?? throw new TimeoutException($"Partition {Partition} cannot answer for model '{model}' now; it answers for '{serving.Model.Version}'.");

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var model = GrainFactory.GetGrain<IModelGrain>(0);
        models.Follow(isServing ? await model.JoinAsync(Partition, cancellationToken) : await model.GetAsync(cancellationToken));
        serving = new(models.Current);
        watermark = await encodings.WatermarkAsync(Partition, serving.Model.Version, cancellationToken);
        asOf = clock.GetUtcNow();
        await indexer.LoadAsync(Partition, serving, cancellationToken);

        RefreshAll();
        LogLoaded(Partition, Copy, serving.Offers.Count, serving.Needs.Count, serving.Model.Version);
        loaded.TrySetResult();
    }

    /// <summary>Brings index and suggestions up to date with what was committed; the watermark moves only behind the work, so that a crash repeats it. A copy that does not serve keeps its index only.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (!isServing && !(clock.GetUtcNow() < endsAt))
        {
            endsAt = null;
            DeactivateOnIdle();
            return;
        }

        if (backoff.IsWaiting)
        {
            return;
        }

        try
        {
            if (!loaded.Task.IsCompleted)
            {
                await LoadAsync(cancellationToken);
            }

            while (await FollowPageAsync(cancellationToken))
            {
            }

            backoff.Reset();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogNotFollowed(error, Partition, watermark); // repeated from the watermark
            meters.Failed();
            backoff.Wait();
        }
    }

    /// <summary>Follows one page of changes; false when there are no more.</summary>
    private async Task<bool> FollowPageAsync(CancellationToken cancellationToken)
    {
        await KeepUpWithModelAsync(cancellationToken);
        var readAt = clock.GetUtcNow();
        var (changed, next, isLast) = await changes.ReadAsync(Partition, options.Value.Partitions, watermark, FollowPage, cancellationToken);
        if (changed.Count == 0)
        {
            asOf = isLast ? readAt : asOf;
            return false;
        }

        await TakeInAsync(changed, cancellationToken);
        if (isServing)
        {
            await encodings.SetWatermarkAsync(Partition, serving.Model.Version, next, cancellationToken);
        }

        watermark = next;
        meters.Followed(changed.Count);
        return true;
    }

    /// <summary>Brings the indexes up to date with some items, and the suggestions that they belong to.</summary>
    private async Task TakeInAsync(IReadOnlyList<ItemChange> changed, CancellationToken cancellationToken)
    {
        if (preparing is not null)
        {
            await indexer.FollowAsync(preparing, changed, cancellationToken);
        }

        var indexed = await indexer.FollowAsync(serving, changed, cancellationToken);
        if (isServing)
        {
            await suggester.SuggestAsync(serving.Model, indexed, cancellationToken);
        }
    }

    /// <summary>One step towards the model that the exchange decided for; what fails is tried again at the next tick, and never stops the following.</summary>
    private async Task KeepUpWithModelAsync(CancellationToken cancellationToken)
    {
        try
        {
            Switch();
            await PrepareAsync(cancellationToken);
            if (isServing)
            {
                await RefreshAsync(cancellationToken);
            }
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
            if (!await suggester.RefreshAsync(need, serving.Model.Version, cancellationToken))
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

        if (!prepared && await indexer.LoadPageAsync(Partition, preparing, preparedTo, cancellationToken) is { } after)
        {
            preparedTo = after;
            return;
        }

        prepared = true;
        if (isServing && wanted.Version == models.Next?.Version)
        {
            await GrainFactory.GetGrain<IModelGrain>(0).ReadyAsync(Partition, wanted.Version, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 400, Level = LogLevel.Information, Message = "Partition {Partition}, copy {Copy}, holds {Offers} offers and {Needs} needs, read by model {Model}")]
    private partial void LogLoaded(int partition, string copy, int offers, int needs, string model);

    [LoggerMessage(EventId = 406, Level = LogLevel.Warning, Message = "Partition {Partition} mended {Repaired} of {Found} items in which its index and the register differed")]
    private partial void LogRepaired(int partition, int repaired, int found);

    [LoggerMessage(EventId = 403, Level = LogLevel.Information, Message = "Partition {Partition} answers with model {Model} from now on")]
    private partial void LogSwitched(int partition, string model);

    [LoggerMessage(EventId = 404, Level = LogLevel.Error, Message = "Partition {Partition} could not go on towards another model")]
    private partial void LogNotPrepared(Exception error, int partition);

    [LoggerMessage(EventId = 401, Level = LogLevel.Error, Message = "Partition {Partition} could not follow the changes after {Watermark}")]
    private partial void LogNotFollowed(Exception error, int partition, Position watermark);
}
