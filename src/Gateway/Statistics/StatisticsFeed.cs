using System.Collections.Concurrent;
using CooperaNet.Matching.Gateway.Streams;
using CooperaNet.Matching.Gateway.Telemetry;
using CooperaNet.Matching.Statistics;
using CooperaNet.Matching.Taxonomy;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Statistics;

/// <summary>The figures at one moment, and which tables differ from the moment before. Laid out once a language, for all readers.</summary>
/// <param name="Version">Grows with every change.</param>
/// <param name="Snapshot">The counts.</param>
/// <param name="Changed">Ids of the tables that changed.</param>
internal sealed record StatisticsChange(long Version, StatisticSnapshot Snapshot, IReadOnlySet<string> Changed)
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<StatisticsTable>> laidOut = new(StringComparer.Ordinal);

    /// <summary>Some tables in a language; all when <paramref name="ids"/> is null.</summary>
    public V1.Statistics ToWire(string language, IReadOnlySet<string>? ids) => new()
    {
        AsOfTime = Snapshot.AsOf.ToTimestamp(),
        Tables = { laidOut.GetOrAdd(Label.LanguageOf(language), code => [.. StatisticsTables.Of(Snapshot.Counts, code)]).Where(table => ids?.Contains(table.Id) ?? true) },
    };
}

/// <summary>Watches the figures once for the whole gateway while anybody watches, and hands changes to all watchers.</summary>
internal sealed partial class StatisticsFeed(IGrainFactory grains, TimeProvider clock, IOptions<GatewayOptions> options, GatewayMeters meters, ILogger<StatisticsFeed> logger) : BackgroundService
{
    /// <summary>Changes remembered, so that a reader can resume: about two minutes of steady change.</summary>
    private const int Remembered = 256;

    private readonly Fanout<StatisticsChange> fanout = new(meters.Dropped);
    private readonly Queue<StatisticsChange> recent = [];
    private readonly SemaphoreSlim gate = new(1, 1);
    private StatisticsChange? current;

    /// <summary>A place among the watchers, and the figures at its beginning.</summary>
    public async Task<(Subscription<StatisticsChange> Subscription, StatisticsChange Now)> SubscribeAsync(CancellationToken cancellationToken)
    {
        var subscription = fanout.Subscribe();
        try
        {
            await ReadAsync(cancellationToken);
            return (subscription, current!);
        }
        catch
        {
            subscription.Dispose();
            throw;
        }
    }

    /// <summary>The tables that changed after a version; null when it is too long ago to know.</summary>
    public async Task<IReadOnlySet<string>?> ChangedSinceAsync(long version, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return version == current?.Version ? new HashSet<string>()
                : recent.Any(change => change.Version == version) ? recent.Where(change => change.Version > version).SelectMany(change => change.Changed).ToHashSet()
                : null;
        }
        finally
        {
            gate.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.WatchPeriod, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (fanout.Count == 0)
            {
                continue;
            }

            try
            {
                await ReadAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotRead(error); // read again at the next tick
            }
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var snapshot = await grains.GetStatistics().GetAsync(null, cancellationToken);
            if (current?.Version == snapshot.Version)
            {
                return;
            }

            current = new(snapshot.Version, snapshot, Differences(current?.Snapshot.Counts ?? [], snapshot.Counts));
            recent.Enqueue(current);
            if (recent.Count > Remembered)
            {
                recent.Dequeue();
            }

            fanout.Publish(current);
        }
        finally
        {
            gate.Release();
        }
    }

    private static HashSet<string> Differences(IReadOnlyList<StatisticCount> before, IReadOnlyList<StatisticCount> after)
    {
        var differences = before.ToHashSet();
        differences.SymmetricExceptWith(after);
        return [.. differences.Select(count => count.Dimension)];
    }

    [LoggerMessage(EventId = 610, Level = LogLevel.Warning, Message = "The figures could not be read for their watchers")]
    private partial void LogNotRead(Exception error);
}
