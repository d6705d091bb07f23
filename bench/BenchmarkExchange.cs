using System.Diagnostics;
using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.Silo;
using CooperaNet.Matching.Storage;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CooperaNet.Matching.Benchmarks;

/// <summary>An exchange of its own in this process, over a new SQLite database or the empty one that the settings Storage__… name, with both ports open.</summary>
internal sealed class BenchmarkExchange : IAsyncDisposable
{
    private readonly ExchangeDatabase database;
    private readonly WebApplication app;
    private readonly string token;

    private BenchmarkExchange(ExchangeDatabase database)
    {
        this.database = database;
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:JsonPort"] = "28080",
            ["Gateway:GrpcPort"] = "28081",
            ["Gateway:MaxDelay"] = "00:01:00", // publishers in this process keep it as busy as they can
            ["Limits:IsOn"] = "false",
            ["Logging:LogLevel:Default"] = "Warning",
            ["Logging:LogLevel:Orleans"] = "Error",
        });
        builder.UseOrleans(silo => silo.UseLocalhostClustering(28111, 28300).UseStorage(database).AddMatching());
        builder.UseGatewayPorts();
        builder.Services.AddGateway();
        var key = InstallationKey.OpenOrCreate(database.Folder);
        builder.Services.AddTokenIssuer(InstallationTokens.Issuer, InstallationTokens.ToSecurityKey(key));
        token = InstallationTokens.Write(key, new("bench", "focal-point", "authorities/pe", []), DateTimeOffset.UtcNow, TimeSpan.FromHours(6));
        app = builder.Build().MapGateway();
    }

    public string Folder => database.Folder;

    public IGrainFactory Grains => app.Services.GetRequiredService<IGrainFactory>();

    public GrpcChannel Channel { get; } = NewChannel();

    /// <summary>Calls with the account of authorities/pe.</summary>
    public CallInvoker Peru => Channel.Intercept(headers => [.. headers, new("authorization", $"Bearer {token}")]);

    /// <summary>Another connection, as another client has one.</summary>
    public static GrpcChannel NewChannel() => GrpcChannel.ForAddress("http://127.0.0.1:28081", new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true } });

    public static async Task<BenchmarkExchange> StartAsync()
    {
        var options = new ConfigurationBuilder().AddEnvironmentVariables().Build().GetSection(StorageOptions.Section).Get<StorageOptions>() ?? new();
        options.Directory = Directory.CreateTempSubdirectory("cooperanet-bench-").FullName;
        var exchange = new BenchmarkExchange(await ExchangeDatabase.OpenAsync(options, default));
        await exchange.app.StartAsync();
        return exchange;
    }

    /// <summary>Latencies in milliseconds, after a hundred calls to warm up.</summary>
    public static async Task<(double P50, double P99)> LatencyAsync(int callers, int calls, Func<Random, Task> call)
    {
        for (var i = 0; i < 100; i++)
        {
            await call(new Random(i));
        }

        var times = (await Task.WhenAll(Enumerable.Range(0, callers).Select(async caller =>
        {
            var random = new Random(1_000 + caller);
            var own = new double[calls];
            for (var i = 0; i < calls; i++)
            {
                var started = Stopwatch.GetTimestamp();
                await call(random);
                own[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }

            return own;
        }))).SelectMany(own => own).Order().ToArray();
        return (times[times.Length / 2], times[times.Length * 99 / 100]);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(database.Folder, recursive: true);
    }
}
