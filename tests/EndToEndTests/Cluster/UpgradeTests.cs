using CooperaNet.Matching.Benchmarks.Load;

namespace CooperaNet.Matching.EndToEndTests.Cluster;

/// <summary>Silos are replaced one by one under load on gateways that stay, so that two builds run side by side. COOPERANET_OTHER_PROGRAM names the program that is replaced, a CooperaNet.Matching.Silo.dll; without it this build replaces itself.</summary>
[Collection(nameof(Alone))]
public sealed class UpgradeTests
{
    private const double Rate = 20;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silos_are_replaced_one_by_one_and_no_call_fails()
    {
        var other = Environment.GetEnvironmentVariable("COOPERANET_OTHER_PROGRAM");
        await using var cluster = await SiloCluster.StartAsync(2, cancellation, other);
        for (var i = 0; i < 2; i++)
        {
            var (old, stays) = (cluster.Silos[0], cluster.Silos[1]);
            await cluster.AddAsync(cancellation); // beside the old ones
            var load = await cluster.LoadAsync(Rate, TimeSpan.FromSeconds(12), stays, cluster.Silos[2]);
            var report = await LoadDriver.RunAsync(load, async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(4), cancellation);
                await cluster.StopAsync(old, cancellation);
            }, cancellation);
            TestContext.Current.TestOutputHelper?.WriteLine($"{other ?? "itself"} replaced, silo {i + 1}:\n{report.ToTable()}");
            Assert.DoesNotContain(report.Outcomes, outcome => outcome.Failure is not null);
            Assert.NotEmpty(report.Acknowledged);
            Assert.Empty(await cluster.LostAsync(report, cancellation));
        }
    }
}
