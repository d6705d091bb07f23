using System.Collections.Concurrent;
using System.Security.Cryptography;
using CooperaNet.Matching.Changes;

namespace CooperaNet.Matching.Partitions;

/// <summary>Which copy of each partition serves: read from the database once, and again when a caller finds that it no longer holds. Safe for concurrent use.</summary>
internal sealed class PartitionCopies(Partitioning partitioning, IGrainFactory grains)
{
    /// <summary>The copy of a partition that never moved.</summary>
    private const string First = "a";

    private readonly ConcurrentDictionary<int, string> known = new();

    /// <summary>A name that no copy had before: nobody remembers where it lived, so that it comes to life where it is wanted.</summary>
    public static string NewName() => RandomNumberGenerator.GetHexString(8, lowercase: true);

    /// <summary>A reference to one copy; makes no call.</summary>
    public IPartitionGrain Get(int partition, string copy) => grains.GetGrain<IPartitionGrain>(partition, copy);

    /// <summary>A reference to the copy that serves, as far as is known here.</summary>
    public async Task<IPartitionGrain> GetServingAsync(int partition, CancellationToken cancellationToken) =>
        Get(partition, known.TryGetValue(partition, out var copy) ? copy : known[partition] = await ReadAsync(partition, cancellationToken));

    /// <summary>Asks the database again the next time, unless another copy has become known.</summary>
    public void Forget(int partition, IPartitionGrain copy)
    {
        copy.GetPrimaryKeyLong(out var name);
        known.TryRemove(new(partition, name!));
    }

    /// <summary>The copy that serves.</summary>
    public async Task<string> ReadAsync(int partition, CancellationToken cancellationToken) => await partitioning.FindServingAsync(partition, cancellationToken) ?? First;

    /// <summary>From now on this copy serves.</summary>
    public async Task SetAsync(int partition, string copy, CancellationToken cancellationToken)
    {
        await partitioning.SetServingAsync(partition, copy, cancellationToken);
        known[partition] = copy;
    }
}
