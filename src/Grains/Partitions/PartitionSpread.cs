using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CooperaNet.Matching.Partitions;

/// <summary>Which silo holds which partition: every silo that knows the same members says the same. Pure.</summary>
internal static class PartitionSpread
{
    /// <summary>The owner of each partition: that of the highest hash among the silos that have fewer than their share.</summary>
    /// <param name="partitions">Their number.</param>
    /// <param name="silos">Those that may hold one, in any order; at least one.</param>
    /// <returns>One silo a partition. No silo gets more than the share rounded up, and when a silo comes or goes, few partitions change theirs.</returns>
    /// <remarks>Rendezvous hashing (Thaler and Ravishankar, 1998) with a bound on each silo's load.</remarks>
    public static IReadOnlyList<SiloAddress> Of(int partitions, IReadOnlyCollection<SiloAddress> silos)
    {
        var share = (partitions + silos.Count - 1) / silos.Count;
        var load = silos.ToDictionary(silo => silo, _ => 0);
        return [.. Enumerable.Range(0, partitions).Select(partition =>
        {
            var owner = silos.Where(silo => load[silo] < share).OrderByDescending(silo => Hash(partition, silo)).ThenBy(silo => silo.ToParsableString(), StringComparer.Ordinal).First();
            load[owner]++;
            return owner;
        })];
    }

    /// <summary>Without the silo's generation, so that one that comes back gets its partitions back.</summary>
    private static ulong Hash(int partition, SiloAddress silo) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{partition}|{silo.Endpoint}"))));
}
