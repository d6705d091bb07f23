using System.Collections.Concurrent;
using CooperaNet.Matching.Gateway.Streams;
using CooperaNet.Matching.Gateway.Telemetry;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Suggestions;

/// <summary>Watches each watched need once for the whole gateway, and tells its watchers when its suggestions have changed.</summary>
internal sealed partial class SuggestionsFeed(IGrainFactory grains, TimeProvider clock, IOptions<GatewayOptions> options, GatewayMeters meters, ILogger<SuggestionsFeed> logger) : BackgroundService
{
    /// <summary>Needs asked about in one call.</summary>
    private const int Batch = 500;

    private readonly ConcurrentDictionary<ItemId, Watched> watched = new();

    /// <summary>A place among a need's watchers, and the version of its suggestions.</summary>
    public async Task<(Subscription<string> Subscription, string Version)> SubscribeAsync(ItemId need, CancellationToken cancellationToken)
    {
        Subscription<string> subscription;
        lock (watched)
        {
            subscription = watched.GetOrAdd(need, _ => new(meters.Dropped)).Fanout.Subscribe();
        }

        try
        {
            return (subscription, (await grains.GetMatchmaker().GetVersionsAsync([need], cancellationToken))[0]);
        }
        catch
        {
            subscription.Dispose();
            throw;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.WatchPeriod, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var batch in Needs().Chunk(Batch))
                {
                    foreach (var (need, version) in batch.Zip(await grains.GetMatchmaker().GetVersionsAsync(batch, stoppingToken)))
                    {
                        if (watched.TryGetValue(need, out var entry) && entry.Version != version)
                        {
                            entry.Version = version;
                            entry.Fanout.Publish(version);
                        }
                    }
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogNotRead(error); // asked again at the next tick
            }
        }
    }

    /// <summary>The needs that somebody watches; those that nobody does any more are forgotten.</summary>
    private List<ItemId> Needs()
    {
        lock (watched)
        {
            foreach (var (need, _) in watched.Where(entry => entry.Value.Fanout.Count == 0))
            {
                watched.TryRemove(need, out _);
            }

            return [.. watched.Keys];
        }
    }

    private sealed class Watched(Action dropped)
    {
        public Fanout<string> Fanout { get; } = new(dropped);

        /// <summary>Null until first asked.</summary>
        public string? Version { get; set; }
    }

    [LoggerMessage(EventId = 620, Level = LogLevel.Warning, Message = "Suggestions could not be read for their watchers")]
    private partial void LogNotRead(Exception error);
}
