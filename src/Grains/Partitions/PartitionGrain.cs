using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Search;
using CooperaNet.Matching.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

[GrainType("partition"), KeepAlive, PartitionPlacement]
internal sealed partial class PartitionGrain(
    ChangeReader changes, EncodingStore encodings, PartitionModels models, PartitionSuggester suggester, PartitionComparer comparer, PartitionCopies copies, ServingPartitions held, QueryPool pool, MatchingMeters meters,
    IOptions<MatchingOptions> options, IOptions<FreshnessOptions> freshness, TimeProvider clock, ILogger<PartitionGrain> logger) : Grain, IPartitionGrain
{
    private const int FollowPage = 500;
    private static readonly TimeSpan FollowTurn = TimeSpan.FromSeconds(1); // then others have their turn, such as whoever moves the partition
    private static readonly TimeSpan RetiredFor = TimeSpan.FromSeconds(10); // queries to it may be under way, and others who don't know yet are told
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10); // below Orleans' time-out for a call
    private static readonly TimeSpan WantedFor = TimeSpan.FromMinutes(10); // whoever moves a partition asks again, once others before it have moved
    private readonly Backoff backoff = new(clock);
    private readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IGrainTimer? timer;
    private bool isServing;
    private bool isWanted; // whether a copy that does not serve reads the partition all the same, to take over
    private bool isRetired; // for ever: the next copy has another name
    private DateTimeOffset endsAt; // when a copy that does not serve ends, unless it is wanted again
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
    private (TimeSpan Lag, int Items, int Unreadable) State() => (clock.GetUtcNow() - asOf, models.Serving.Offers.Count + models.Serving.Needs.Count, models.Serving.SetAside.Count);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await copies.ReadAsync(Partition, cancellationToken) == Copy)
        {
            isServing = true;
            held.Add(Partition, Copy, State);
        }
        else
        {
            endsAt = clock.GetUtcNow() + RetiredFor;
        }

        timer = this.RegisterGrainTimer(FollowAsync, new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = options.Value.FollowPeriod, KeepAlive = true });
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
            throw IsAboutToStop();
        }

        if (isRetired)
        {
            throw DoesNotServe();
        }

        if (!isWanted)
        {
            isWanted = true;
            timer!.Change(TimeSpan.Zero, options.Value.FollowPeriod); // reads at once
        }

        endsAt = clock.GetUtcNow() + WantedFor;
        return await Task.WhenAny(loaded.Task, Task.Delay(StartPatience, TimeProvider.System, cancellationToken)) == loaded.Task;
    }

    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        if (held.IsStopping)
        {
            throw IsAboutToStop();
        }

        if (!loaded.Task.IsCompletedSuccessfully)
        {
            throw new PartitionMovedException($"Copy {Copy} of partition {Partition} has not read everything.");
        }

        try
        {
            await models.JoinAsync(Partition, cancellationToken);
            var last = await encodings.WatermarkAsync(Partition, cancellationToken);
            if (held.IsStopping)
            {
                throw IsAboutToStop();
            }

            await copies.SetAsync(Partition, Copy, cancellationToken);
            watermark = last.IsBeforeOrAt(watermark) ? last : watermark; // suggestions are current up to there; the rest is repeated
            isServing = true;
            held.Add(Partition, Copy, State);
        }
        catch
        {
            DeactivateOnIdle(); // who serves stands in the database: the next activation reads it there
            throw;
        }
    }

    public Task RetireAsync(CancellationToken cancellationToken)
    {
        if (!isRetired)
        {
            (isServing, isWanted, isRetired, endsAt) = (false, false, true, clock.GetUtcNow() + RetiredFor);
            held.Remove(Partition, Copy);
        }

        return Task.CompletedTask;
    }

    public async Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken)
    {
        await LoadedAsync(cancellationToken);
        var asked = queries.Select((query, place) => (query, place, Indexes: models.Of(query.Model)))
            .GroupBy(entry => (entry.Indexes.Model, Snapshot: entry.query.Answers == ItemKind.Offer ? entry.Indexes.Offers.Snapshot : entry.Indexes.Needs.Snapshot)).ToList();
        var (asOfNow, fresh) = (asOf, freshness.Value.At(clock.GetUtcNow()));
        return queries.All(query => query.Follows)
            ? await pool.FollowAsync(() => AnswerAsync(threads: 1), cancellationToken).Unwrap() // callers go before
            : await pool.ShareAsync(asked.Max(group => group.Key.Snapshot.WorthThreads), AnswerAsync, cancellationToken);

        async Task<PartitionAnswer> AnswerAsync(int threads)
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
        }
    }

    public async Task<IReadOnlyList<PartitionTextHit>> FindAsync(string text, string languageCode, int count, CancellationToken cancellationToken)
    {
        await LoadedAsync(cancellationToken);
        var (model, offersNow, needsNow, now) = (models.Serving.Model, models.Serving.Offers.Snapshot, models.Serving.Needs.Snapshot, clock.GetUtcNow());
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
            throw isServing ? new TimeoutException($"Partition {Partition} reads its items still.") : DoesNotServe();
        }

        var page = await comparer.CompareAsync(Partition, models.Serving, watermark, after, repair, cancellationToken);
        var left = page.Differences.Select(difference => difference.Change.Name).ToHashSet();
        if (repair && left.Count > 0)
        {
            await TakeInAsync([.. page.Differences.Select(difference => difference.Change)], cancellationToken);
            left = [.. (await comparer.CompareAsync(Partition, models.Serving, watermark, after, repair: false, cancellationToken)).Differences.Select(difference => difference.Change.Name)];
            LogRepaired(Partition, page.Differences.Count(difference => !left.Contains(difference.Change.Name)), page.Differences.Count);
        }

        return new(page.Compared, [.. page.Differences.Select(difference => new IndexDifference(difference.Kind, difference.Change.Name, !left.Contains(difference.Change.Name)))], page.Next, options.Value.Partitions, asOf);
    }

    private PartitionMovedException IsAboutToStop() => new($"The silo of partition {Partition}, copy {Copy}, is about to stop.");

    private PartitionMovedException DoesNotServe() => new($"Copy {Copy} of partition {Partition} does not serve.");

    /// <summary>Waits for a copy that reads.</summary>
    private Task LoadedAsync(CancellationToken cancellationToken) => isServing || isWanted ? loaded.Task.WaitAsync(cancellationToken) : throw DoesNotServe();

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await models.BeginAsync(Partition, isServing, cancellationToken);
        watermark = await encodings.WatermarkAsync(Partition, cancellationToken);
        asOf = clock.GetUtcNow();
        await models.LoadAsync(Partition, cancellationToken);
        LogLoaded(Partition, Copy, models.Serving.Offers.Count, models.Serving.Needs.Count, models.Serving.Model.Version);
        loaded.TrySetResult();
    }

    /// <summary>Brings index and suggestions up to date with what was committed; the watermark moves only behind the work, so that a crash repeats it. A copy that does not serve keeps its index only.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (!isServing && clock.GetUtcNow() >= endsAt)
        {
            DeactivateOnIdle();
            return;
        }

        if (held.HandedOver.IsCancellationRequested)
        {
            loaded.TrySetException(IsAboutToStop()); // unless it has read: nobody waits for what does not come
            return;
        }

        if (backoff.IsWaiting || !(isServing || isWanted))
        {
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.HandedOver); // a copy ends only between its turns
        try
        {
            if (!loaded.Task.IsCompleted)
            {
                await LoadAsync(ended.Token);
            }

            var started = clock.GetTimestamp();
            var isBehind = true;
            while (isBehind && clock.GetElapsedTime(started) < FollowTurn)
            {
                isBehind = await FollowPageAsync(ended.Token);
            }

            backoff.Reset();
            if (isBehind)
            {
                timer!.Change(TimeSpan.Zero, options.Value.FollowPeriod); // behind the calls that wait
            }
        }
        catch (Exception) when (ended.IsCancellationRequested)
        {
            // whoever holds the partition next repeats it from the watermark
        }
        catch (Exception error)
        {
            LogNotFollowed(error, Partition, watermark); // repeated from the watermark
            meters.Failed();
            backoff.Wait();
        }
    }

    /// <summary>Follows one page of changes; false when there are no more.</summary>
    private async Task<bool> FollowPageAsync(CancellationToken cancellationToken)
    {
        await models.KeepUpAsync(Partition, isServing, cancellationToken);
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
            await encodings.SetWatermarkAsync(Partition, models.Serving.Model.Version, next, cancellationToken);
        }

        watermark = next;
        meters.Followed(changed.Count);
        return true;
    }

    /// <summary>Brings the indexes up to date with some items, and the suggestions that they belong to.</summary>
    private async Task TakeInAsync(IReadOnlyList<ItemChange> changed, CancellationToken cancellationToken)
    {
        var indexed = await models.FollowAsync(changed, cancellationToken);
        if (isServing)
        {
            await suggester.SuggestAsync(models.Serving.Model, indexed, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 400, Level = LogLevel.Information, Message = "Partition {Partition}, copy {Copy}, holds {Offers} offers and {Needs} needs, read by model {Model}")]
    private partial void LogLoaded(int partition, string copy, int offers, int needs, string model);

    [LoggerMessage(EventId = 406, Level = LogLevel.Warning, Message = "Partition {Partition} mended {Repaired} of {Found} items in which its index and the register differed")]
    private partial void LogRepaired(int partition, int repaired, int found);

    [LoggerMessage(EventId = 401, Level = LogLevel.Error, Message = "Partition {Partition} could not follow the changes after {Watermark}")]
    private partial void LogNotFollowed(Exception error, int partition, Position watermark);
}
