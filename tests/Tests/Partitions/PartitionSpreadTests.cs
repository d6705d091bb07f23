using System.Net;
using CooperaNet.Matching.Partitions;
using CsCheck;

namespace CooperaNet.Matching.Tests.Partitions;

public sealed class PartitionSpreadTests
{
    private static readonly Gen<(int Partitions, int Silos)> Clusters = Gen.Select(Gen.Int[1, 64], Gen.Int[1, 12]);

    [Fact]
    public void No_silo_gets_more_than_its_share_rounded_up() => Clusters.Sample(cluster =>
    {
        var share = (cluster.Partitions + cluster.Silos - 1) / cluster.Silos;
        return PartitionSpread.Of(cluster.Partitions, Silos(cluster.Silos)).GroupBy(silo => silo).All(group => group.Count() <= share);
    });

    [Fact]
    public void The_order_in_which_silos_are_known_and_their_generation_change_nothing() => Clusters.Sample(cluster =>
        PartitionSpread.Of(cluster.Partitions, Silos(cluster.Silos)).Select(silo => silo.Endpoint)
            .SequenceEqual(PartitionSpread.Of(cluster.Partitions, [.. Silos(cluster.Silos, generation: 7).Reverse()]).Select(silo => silo.Endpoint)));

    [Fact]
    public void When_a_silo_leaves_at_most_half_of_what_stays_moves() => Gen.Int[2, 8].Sample(silos =>
    {
        const int Partitions = 64;
        var (before, after) = (PartitionSpread.Of(Partitions, Silos(silos)), PartitionSpread.Of(Partitions, Silos(silos - 1)));
        var gone = Silos(silos)[^1];
        var moved = before.Zip(after).Count(pair => !pair.First.Equals(gone) && !pair.First.Equals(pair.Second));
        return moved <= Partitions / 2;
    });

    private static SiloAddress[] Silos(int count, int generation = 1) => [.. Enumerable.Range(0, count).Select(i => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11_111 + i), generation))];
}
