using CooperaNet.Matching.Benchmarks.Load;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The built program under the load of bench for COOPERANET_SOAK_MINUTES (5). Five minutes beside other work tell a leak that would end a day; the strict verdict is that of half an hour or more on a machine at rest.</summary>
[Collection(nameof(Alone))]
public sealed class SoakTests : IDisposable
{
    private const double StrictFrom = 30;
    private const double LeakInMinutes = 0.5; // of the heap or of what is resident, from the second quarter to the last
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-soak-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Memory_stays_flat_and_p99_steady()
    {
        var minutes = Variables.Of("COOPERANET_SOAK_MINUTES", 5.0);
        var port = ExchangeProcess.FreePort();
        await using var exchange = await ExchangeProcess.Start(directory, sample: true, ("Telemetry__Port", $"{port}")).ReadyAsync(cancellation);
        var token = new Func<string>(() => exchange.NewTokenAsync("authorities/pe").GetAwaiter().GetResult()); // asked again every ten minutes
        var load = new LoadOptions { Gateways = [exchange.Grpc.BaseAddress!.ToString()], Token = token, Rate = 20, Duration = TimeSpan.FromMinutes(minutes), Kept = 200 };

        var report = await Soak.RunAsync(load, new($"http://127.0.0.1:{port}/metrics"), cancellation);

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToTable());
        Assert.DoesNotContain(report.Load.Outcomes, outcome => outcome.Failure is not null);
        Assert.True(minutes < StrictFrom ? Math.Max(report.ResidentGrowth, report.HeapGrowth) < LeakInMinutes : report.IsFlat && report.IsSteady, report.ToTable());
    }
}
