using CooperaNet.Matching.ClusterTests;
using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Silo;
using CooperaNet.Matching.Storage;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;

[assembly: AssemblyFixture(typeof(ExchangeFixture))]

namespace CooperaNet.Matching.ClusterTests;

/// <summary>Two silos in this process over one real SQLite file, one frozen clock, and the gateway on a test server. Each test has its own ids.</summary>
public sealed class ExchangeFixture : IAsyncLifetime
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-").FullName;
    private InProcessTestCluster? cluster;
    private WebApplication? gateway;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public ExchangeDatabase Database { get; private set; } = null!;

    public IGrainFactory Grains => cluster!.Client;

    public HttpClient Json { get; private set; } = null!;

    public GrpcChannel Channel { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = ExchangeDatabase.Open(directory);
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 2);
        builder.ConfigureSiloHost((_, host) => host.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Matching:FollowPeriod"] = "00:00:00.020",
            ["Matching:Model"] = Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin"),
        }));
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseEmbeddedStorage(Database).AddMatching();
            silo.Services.AddSingleton<TimeProvider>(Clock);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        cluster = builder.Build();
        await cluster.DeployAsync();

        var web = WebApplication.CreateSlimBuilder();
        web.WebHost.UseTestServer();
        web.Services.AddSingleton(Grains).AddSingleton<TimeProvider>(Clock).AddGateway();
        gateway = web.Build().MapGateway();
        await gateway.StartAsync();
        Json = gateway.GetTestClient();
        Channel = GrpcChannel.ForAddress("http://localhost", new() { HttpHandler = gateway.GetTestServer().CreateHandler() });
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await gateway!.DisposeAsync();
        await cluster!.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
