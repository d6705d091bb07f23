using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

/// <summary>Reads one copy of a partition, and then brings it up to date with what was committed. One an activation, and used by nobody else, one call at a time.</summary>
internal sealed partial class PartitionFollower(
    ChangeReader changes, EncodingStore encodings, PartitionModels models, PartitionSuggester suggester, MatchingMeters meters, IOptions<MatchingOptions> options, TimeProvider clock, ILogger<PartitionFollower> logger)
{
    private const int Page = 500;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1); // then others have their turn, such as whoever moves the partition
    private readonly Backoff backoff = new(clock);
    private readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when everything was read, or fails by <see cref="GiveUp"/>.</summary>
    public Task Loaded => loaded.Task;

    /// <summary>Changes up to there are in the indexes.</summary>
    public Position Watermark { get; private set; }

    /// <summary>The newest moment to which the indexes are complete.</summary>
    public DateTimeOffset AsOf { get; private set; }

    /// <summary>Tells those who wait for <see cref="Loaded"/> that it does not come, unless it has.</summary>
    public void GiveUp(Exception reason) => loaded.TrySetException(reason);

    /// <summary>Follows for a turn; what fails is repeated from the watermark at a later one, which moves only behind the work, so that a crash repeats it, too.</summary>
    /// <param name="partition">Its number.</param>
    /// <param name="copy">Its copy.</param>
    /// <param name="isServing">Whether suggestions and the stored watermark are this copy's business; otherwise its indexes are all that it keeps.</param>
    /// <param name="cancellationToken">Ends the turn: whoever holds the partition next repeats it.</param>
    /// <returns>Whether more waits than fitted into the turn.</returns>
    public async Task<bool> FollowAsync(int partition, string copy, bool isServing, CancellationToken cancellationToken)
    {
        if (backoff.IsWaiting)
        {
            return false;
        }

        try
        {
            if (!loaded.Task.IsCompleted)
            {
                await LoadAsync(partition, copy, isServing, cancellationToken);
            }

            var started = clock.GetTimestamp();
            var isBehind = true;
            while (isBehind && clock.GetElapsedTime(started) < Turn)
            {
                isBehind = await FollowPageAsync(partition, isServing, cancellationToken);
            }

            backoff.Reset();
            return isBehind;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception error)
        {
            LogNotFollowed(error, partition, Watermark);
            meters.Failed();
            backoff.Wait();
            return false;
        }
    }

    /// <summary>Goes back to the stored watermark, up to which suggestions are current; the rest is repeated.</summary>
    public async Task GoBackAsync(int partition, CancellationToken cancellationToken)
    {
        var last = await encodings.WatermarkAsync(partition, cancellationToken);
        Watermark = last.IsBeforeOrAt(Watermark) ? last : Watermark;
    }

    /// <summary>Brings the indexes up to date with some items, and the suggestions that they belong to.</summary>
    public async Task TakeInAsync(IReadOnlyList<ItemChange> changed, bool isServing, CancellationToken cancellationToken)
    {
        var indexed = await models.FollowAsync(changed, cancellationToken);
        if (isServing)
        {
            await suggester.SuggestAsync(models.Serving.Model, indexed, cancellationToken);
        }
    }

    private async Task LoadAsync(int partition, string copy, bool isServing, CancellationToken cancellationToken)
    {
        await models.BeginAsync(partition, isServing, cancellationToken);
        Watermark = await encodings.WatermarkAsync(partition, cancellationToken);
        AsOf = clock.GetUtcNow();
        await models.LoadAsync(partition, cancellationToken);
        LogLoaded(partition, copy, models.Serving.Offers.Count, models.Serving.Needs.Count, models.Serving.Model.Version);
        loaded.TrySetResult();
    }

    /// <summary>Follows one page of changes; false when there are no more.</summary>
    private async Task<bool> FollowPageAsync(int partition, bool isServing, CancellationToken cancellationToken)
    {
        await models.KeepUpAsync(partition, isServing, cancellationToken);
        var readAt = clock.GetUtcNow();
        var (changed, next, isLast) = await changes.ReadAsync(partition, options.Value.Partitions, Watermark, Page, cancellationToken);
        if (changed.Count == 0)
        {
            AsOf = isLast ? readAt : AsOf;
            return false;
        }

        await TakeInAsync(changed, isServing, cancellationToken);
        if (isServing)
        {
            await encodings.SetWatermarkAsync(partition, models.Serving.Model.Version, next, cancellationToken);
        }

        Watermark = next;
        meters.Followed(changed.Count);
        return true;
    }

    [LoggerMessage(EventId = 400, Level = LogLevel.Information, Message = "Partition {Partition}, copy {Copy}, holds {Offers} offers and {Needs} needs, read by model {Model}")]
    private partial void LogLoaded(int partition, string copy, int offers, int needs, string model);

    [LoggerMessage(EventId = 401, Level = LogLevel.Error, Message = "Partition {Partition} could not follow the changes after {Watermark}")]
    private partial void LogNotFollowed(Exception error, int partition, Position watermark);
}
