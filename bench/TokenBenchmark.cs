using System.Diagnostics;
using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.V1;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CooperaNet.Matching.Benchmarks;

/// <summary>What a token adds to a call: its validation and the question whether its account holds; alone, for a new token and for one that was seen before, and as the difference between calls over gRPC.</summary>
internal static class TokenBenchmark
{
    private const int Warmup = 5_000;
    private const int Calls = 20_000;

    public static async Task RunAsync()
    {
        await using var exchange = await BenchmarkExchange.StartAsync();
        using var key = InstallationKey.OpenOrCreate(exchange.Folder);
        var token = InstallationTokens.Write(key, new("bench", "focal-point", "authorities/pe", []), DateTimeOffset.UtcNow, TimeSpan.FromHours(1));
        await using var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddSingleton(exchange.Grains)
            .AddTokenIssuer(InstallationTokens.Issuer, InstallationTokens.ToSecurityKey(key)).AddGateway().BuildServiceProvider();
        Report("a token that was seen before", await MeasureAsync(_ => ReadAsync(services, token)));
        var fresh = Enumerable.Range(0, Warmup + Calls).Select(i => InstallationTokens.Write(key, new($"bench-{i}", "focal-point", "authorities/pe", []), DateTimeOffset.UtcNow, TimeSpan.FromHours(1))).ToList();
        Report("a new token", await MeasureAsync(i => ReadAsync(services, fresh[i + Warmup])));

        // turn by turn, so that whatever else the machine does meets both; the other header is as long
        var request = new GetAuthorityRequest { Name = "authorities/pe" };
        var without = new AuthorityService.AuthorityServiceClient(exchange.Channel.Intercept(headers => [.. headers, new("x-padding", $"Bearer {token}")]));
        var with = new AuthorityService.AuthorityServiceClient(exchange.Peru);
        var (plain, signed) = (new double[Calls], new double[Calls]);
        for (var i = -Warmup; i < Calls; i++)
        {
            plain[Math.Max(i, 0)] = await TimeAsync(async () => await without.GetAuthorityAsync(request));
            signed[Math.Max(i, 0)] = await TimeAsync(async () => await with.GetAuthorityAsync(request));
        }

        Array.Sort(plain);
        Array.Sort(signed);
        Report("a call without a token", plain);
        Report("a call with one", signed);
        Console.WriteLine($"a token adds {signed[Calls / 2] - plain[Calls / 2]:F1} microseconds (p50)");
    }

    /// <summary>As the gateway does for each request, in a scope of its own.</summary>
    private static async Task ReadAsync(IServiceProvider services, string token)
    {
        await using var scope = services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Headers.Authorization = $"Bearer {token}";
        var identified = await services.GetRequiredService<TokenReader>().ReadAsync(context);
        await services.GetRequiredService<AccountTable>().CheckAsync(identified, changes: true, default);
    }

    private static async Task<double[]> MeasureAsync(Func<int, Task> call)
    {
        var times = new double[Calls];
        for (var i = -Warmup; i < Calls; i++)
        {
            times[Math.Max(i, 0)] = await TimeAsync(() => call(i));
        }

        Array.Sort(times);
        return times;
    }

    private static async Task<double> TimeAsync(Func<Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(started).TotalMicroseconds;
    }

    private static void Report(string what, double[] times) => Console.WriteLine($"{what}: p50 {times[Calls / 2]:F1}, p99 {times[Calls * 99 / 100]:F1} microseconds");
}
