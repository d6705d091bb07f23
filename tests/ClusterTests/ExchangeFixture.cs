using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.ClusterTests;
using CooperaNet.Matching.ClusterTests.Access;
using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.Silo;
using CooperaNet.Matching.Storage;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.TestingHost;

[assembly: AssemblyFixture(typeof(ExchangeFixture))]

namespace CooperaNet.Matching.ClusterTests;

/// <summary>Two silos in this process over one real database, one frozen clock, and the gateway on a test server. Each test has its own ids.</summary>
public sealed class ExchangeFixture : IAsyncLifetime
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-keys-").FullName;
    private TestDatabase? database;
    private InProcessTestCluster? cluster;
    private WebApplication? gateway;

    /// <summary>The one origin whose pages may call.</summary>
    public const string Page = "https://page.example.org";

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public ExchangeDatabase Database { get; private set; } = null!;

    /// <summary>Where the database is.</summary>
    public StorageOptions Storage => database!.Options;

    public IGrainFactory Grains => cluster!.Client;

    /// <summary>What one of the silos has.</summary>
    public IServiceProvider Silo => cluster!.Silos[0].ServiceProvider;

    /// <summary>What each silo has.</summary>
    public IEnumerable<IServiceProvider> Silos => cluster!.Silos.Select(silo => silo.ServiceProvider);

    /// <summary>Whose tokens the gateway accepts.</summary>
    public TestIssuer Issuer { get; } = new();

    /// <summary>Calls as the participant that the path names, otherwise as the Secretariat.</summary>
    public HttpClient Json { get; private set; } = null!;

    /// <summary>How often silos look whether partitions should lie elsewhere.</summary>
    public TimeSpan BalancePeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Calls without a token.</summary>
    public HttpClient AnonymousJson { get; private set; } = null!;

    /// <summary>Calls without a token; see <see cref="As"/>.</summary>
    public GrpcChannel Channel { get; private set; } = null!;

    /// <summary>As a browser calls, without a token.</summary>
    public GrpcChannel WebChannel { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.StartAsync();
        Database = await database.OpenAsync();
        var builder = new InProcessTestClusterBuilder(initialSilosCount: 2);
        builder.ConfigureSiloHost((_, host) => host.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Matching:FollowPeriod"] = "00:00:00.020",
            ["Matching:BalancePeriod"] = BalancePeriod.ToString(),
            ["Matching:RefitPeriod"] = "00:00:00", // a test asks for it
            ["Matching:RefitDistance"] = "0.001", // a few texts are enough
            ["Matching:Model"] = Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin"),
        }));
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseStorage(Database).AddMatching();
            silo.Services.AddSingleton<TimeProvider>(Clock).AddIdentities(IdentityDatabase.Beside(Database.DataSource, Database.Folder), new Uri("http://localhost"));
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
        });
        cluster = builder.Build();
        await cluster.DeployAsync();

        gateway = await StartGatewayAsync(Clock);
        AnonymousJson = gateway.GetTestClient();
        Json = new(new OwnerHandler(Issuer, gateway.GetTestServer().CreateHandler())) { BaseAddress = AnonymousJson.BaseAddress };
        Channel = GrpcChannel.ForAddress("http://localhost", new() { HttpHandler = gateway.GetTestServer().CreateHandler() });
        WebChannel = GrpcChannel.ForAddress("http://localhost", new() { HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWeb, gateway.GetTestServer().CreateHandler()) });
    }

    public async ValueTask DisposeAsync()
    {
        WebChannel.Dispose();
        Channel.Dispose();
        await gateway!.DisposeAsync();
        await cluster!.DisposeAsync();
        await Database.DisposeAsync();
        await database!.DisposeAsync();
        Issuer.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>Another gateway of the same cluster, which learns the issuer's keys from its metadata or, without an address, from a file.</summary>
    public async Task<WebApplication> StartGatewayAsync(TimeProvider clock, string metadataAddress = "")
    {
        var web = WebApplication.CreateSlimBuilder();
        var keys = Path.Combine(directory, $"{Guid.NewGuid():n}.json");
        await File.WriteAllTextAsync(keys, Issuer.KeySet);
        web.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:AllowedOrigins:0"] = Page,
            ["Gateway:MaxDelay"] = "00:01:00", // tests share the processors, and are not refused for it
            ["Limits:IsOn"] = "false", // tests ask faster than anybody may
            ["Identity:Issuers:0:Issuer"] = TestIssuer.Name,
            [metadataAddress.Length > 0 ? "Identity:Issuers:0:MetadataAddress" : "Identity:Issuers:0:JwksFile"] = metadataAddress.Length > 0 ? metadataAddress : keys,
        });
        web.WebHost.UseTestServer();
        web.Services.AddSingleton(Grains).AddSingleton(clock).AddGateway();
        var app = web.Build().MapGateway();
        await app.StartAsync();
        return app;
    }

    /// <summary>gRPC with a token: that of a participant's account, or of the Secretariat for no name.</summary>
    public CallInvoker As(string participant = "") => With(Issuer.TokenOf(participant));

    /// <summary>gRPC with this token.</summary>
    public CallInvoker With(string token) => Channel.Intercept(headers => [.. headers, new("authorization", $"Bearer {token}")]);

    /// <summary>A JSON call that must succeed.</summary>
    public async Task<JsonObject> GetAsync(string path) => (await Json.GetFromJsonAsync<JsonObject>(path, TestContext.Current.CancellationToken))!;

    /// <summary>A JSON call that must succeed.</summary>
    public async Task<JsonObject> PostAsync(string path, string body)
    {
        using var response = await Json.PostAsync(path, new StringContent(body, null, "application/json"), TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, answer);
        return JsonNode.Parse(answer)!.AsObject();
    }

    /// <summary>Asks until the followers have caught up; each question is a real call, and thirty seconds are the end of patience.</summary>
    public async Task<T> EventuallyAsync<T>(Func<Task<T?>> question)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (await question() is { } answer)
            {
                return answer;
            }

            patience.Token.ThrowIfCancellationRequested();
            Clock.Advance(TimeSpan.FromMilliseconds(20)); // the followers' period
        }
    }
}
