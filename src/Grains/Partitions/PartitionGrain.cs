using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Search;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

[GrainType("partition"), KeepAlive, PartitionPlacement]
internal sealed partial class PartitionGrain(
    PartitionModels models, PartitionFollower follower, PartitionComparer comparer, PartitionCopies copies, ServingPartitions held, QueryPool pool,
    IOptions<MatchingOptions> options, IOptions<FreshnessOptions> freshness, TimeProvider clock, ILogger<PartitionGrain> logger) : Grain, IPartitionGrain
{
    private static readonly TimeSpan RetiredFor = TimeSpan.FromSeconds(10); // queries to it may be under way, and others who don't know yet are told
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10); // below Orleans' time-out for a call
    private static readonly TimeSpan WantedFor = TimeSpan.FromMinutes(10); // whoever moves a partition asks again, once others before it have moved
    private IGrainTimer? timer;
    private Stage stage;
    private DateTimeOffset endsAt; // when a copy that does not serve ends, unless it is wanted again

    /// <summary>What a copy lives through, in this order; it may serve from the start.</summary>
    private enum Stage
    {
        /// <summary>Does not serve, and nobody wants it to.</summary>
        Idle,

        /// <summary>Reads the partition, to take over.</summary>
        Reading,

        /// <summary>Answers for the partition.</summary>
        Serving,

        /// <summary>For ever: the next copy has another name.</summary>
        Retired,
    }

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
    private (TimeSpan Lag, int Items, int Unreadable) State() => (clock.GetUtcNow() - follower.AsOf, models.Serving.Offers.Count + models.Serving.Needs.Count, models.Serving.SetAside.Count);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (await copies.ReadAsync(Partition, cancellationToken) == Copy)
        {
            stage = Stage.Serving;
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
        CheckMayServe();
        if (stage == Stage.Idle)
        {
            stage = Stage.Reading;
            timer!.Change(TimeSpan.Zero, options.Value.FollowPeriod); // reads at once
        }

        endsAt = clock.GetUtcNow() + WantedFor;
        return await Task.WhenAny(follower.Loaded, Task.Delay(StartPatience, TimeProvider.System, cancellationToken)) == follower.Loaded;
    }

    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        CheckMayServe();
        if (!follower.Loaded.IsCompletedSuccessfully)
        {
            throw new PartitionMovedException($"Copy {Copy} of partition {Partition} has not read everything.");
        }

        try
        {
            await models.JoinAsync(Partition, cancellationToken);
            await follower.GoBackAsync(Partition, cancellationToken);
            CheckMayServe();
            await copies.SetAsync(Partition, Copy, cancellationToken);
            stage = Stage.Serving;
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
        if (stage != Stage.Retired)
        {
            (stage, endsAt) = (Stage.Retired, clock.GetUtcNow() + RetiredFor);
            held.Remove(Partition, Copy);
        }

        return Task.CompletedTask;
    }

    public async Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken)
    {
        await LoadedAsync(cancellationToken);
        var asked = queries.Select((query, place) => (query, place, Indexes: models.Of(query.Model)))
            .GroupBy(entry => (entry.Indexes.Model, Snapshot: entry.query.Answers == ItemKind.Offer ? entry.Indexes.Offers.Snapshot : entry.Indexes.Needs.Snapshot)).ToList();
        var (asOfNow, fresh) = (follower.AsOf, freshness.Value.At(clock.GetUtcNow()));
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
        if (stage != Stage.Serving || !follower.Loaded.IsCompleted)
        {
            throw stage == Stage.Serving ? new TimeoutException($"Partition {Partition} reads its items still.") : DoesNotServe();
        }

        var page = await comparer.CompareAsync(Partition, models.Serving, follower.Watermark, after, repair, cancellationToken);
        var left = page.Differences.Select(difference => difference.Change.Name).ToHashSet();
        if (repair && left.Count > 0)
        {
            await follower.TakeInAsync([.. page.Differences.Select(difference => difference.Change)], isServing: true, cancellationToken);
            left = [.. (await comparer.CompareAsync(Partition, models.Serving, follower.Watermark, after, repair: false, cancellationToken)).Differences.Select(difference => difference.Change.Name)];
            LogRepaired(Partition, page.Differences.Count(difference => !left.Contains(difference.Change.Name)), page.Differences.Count);
        }

        return new(page.Compared, [.. page.Differences.Select(difference => new IndexDifference(difference.Kind, difference.Change.Name, !left.Contains(difference.Change.Name)))], page.Next, options.Value.Partitions, follower.AsOf);
    }

    private PartitionMovedException IsAboutToStop() => new($"The silo of partition {Partition}, copy {Copy}, is about to stop.");

    private PartitionMovedException DoesNotServe() => new($"Copy {Copy} of partition {Partition} does not serve.");

    private void CheckMayServe()
    {
        if (held.IsStopping)
        {
            throw IsAboutToStop();
        }

        if (stage == Stage.Retired)
        {
            throw DoesNotServe();
        }
    }

    /// <summary>Waits for a copy that reads.</summary>
    private Task LoadedAsync(CancellationToken cancellationToken) => stage is Stage.Reading or Stage.Serving ? follower.Loaded.WaitAsync(cancellationToken) : throw DoesNotServe();

    /// <summary>The timer's turn: follows, or ends a copy that nobody wants.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (stage != Stage.Serving && clock.GetUtcNow() >= endsAt)
        {
            DeactivateOnIdle();
        }
        else if (held.HandedOver.IsCancellationRequested)
        {
            follower.GiveUp(IsAboutToStop()); // nobody waits for what does not come
        }
        else if (stage is Stage.Reading or Stage.Serving)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.HandedOver); // a copy ends only between its turns
            if (await follower.FollowAsync(Partition, Copy, stage == Stage.Serving, ended.Token))
            {
                timer!.Change(TimeSpan.Zero, options.Value.FollowPeriod); // behind the calls that wait
            }
        }
    }

    [LoggerMessage(EventId = 406, Level = LogLevel.Warning, Message = "Partition {Partition} mended {Repaired} of {Found} items in which its index and the register differed")]
    private partial void LogRepaired(int partition, int repaired, int found);
}
