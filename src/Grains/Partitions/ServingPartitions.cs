using System.Collections.Concurrent;

namespace CooperaNet.Matching.Partitions;

/// <summary>The partitions that this silo serves, and with which copy. Safe for concurrent use.</summary>
internal sealed class ServingPartitions
{
    private readonly ConcurrentDictionary<int, string> copies = new();

    /// <summary>Whether this silo is about to stop and takes no partition any more.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Partition and copy.</summary>
    public IReadOnlyList<(int Partition, string Copy)> All => [.. copies.Select(pair => (pair.Key, pair.Value))];

    public void Add(int partition, string copy) => copies[partition] = copy;

    public void Remove(int partition, string copy) => copies.TryRemove(new KeyValuePair<int, string>(partition, copy));
}
