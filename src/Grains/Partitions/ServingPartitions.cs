using System.Collections.Concurrent;
using CooperaNet.Matching.Telemetry;

namespace CooperaNet.Matching.Partitions;

/// <summary>The partitions that this silo serves, and with which copy. Safe for concurrent use.</summary>
internal sealed class ServingPartitions : IDisposable
{
    private readonly CancellationTokenSource handedOver = new();
    private readonly ConcurrentDictionary<int, (string Copy, Func<(TimeSpan Lag, int Items, int Unreadable)> State)> held = new();

    public ServingPartitions(MatchingMeters meters) => meters.Source = () => held.Select(pair => pair.Value.State() is var (lag, items, unreadable) ? (pair.Key, lag, items, unreadable) : default);

    /// <summary>Whether this silo is about to stop and takes no partition any more.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Cancelled when a silo that stops has handed over what it could and no gateway of it answers any more: what is left no longer follows changes, as that would keep the silo from its end.</summary>
    public CancellationToken HandedOver => handedOver.Token;

    /// <summary>Partition and copy.</summary>
    public IReadOnlyList<(int Partition, string Copy)> All => [.. held.Select(pair => (pair.Key, pair.Value.Copy))];

    /// <summary>Cancels <see cref="HandedOver"/>.</summary>
    public Task EndFollowingAsync() => handedOver.CancelAsync();

    public void Dispose() => handedOver.Dispose();

    public void Add(int partition, string copy, Func<(TimeSpan Lag, int Items, int Unreadable)> state) => held[partition] = (copy, state);

    public void Remove(int partition, string copy)
    {
        if (held.TryGetValue(partition, out var known) && known.Copy == copy)
        {
            held.TryRemove(new(partition, known));
        }
    }
}
