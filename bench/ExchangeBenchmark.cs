using System.Diagnostics;
using System.Globalization;
using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Silo;
using CooperaNet.Matching.Storage;
using CooperaNet.Matching.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CooperaNet.Matching.Benchmarks;

/// <summary>The whole exchange in one process: durable publishing, follower lag, previews over gRPC, figures.</summary>
internal static class ExchangeBenchmark
{
    private const int Callers = 64;

    public static async Task RunAsync(int[] sizes)
    {
        var directory = Directory.CreateTempSubdirectory("cooperanet-bench-").FullName;
        Console.WriteLine($"fsync: {Fsyncs(directory):0}/s");
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Gateway:JsonPort"] = "28080", ["Gateway:GrpcPort"] = "28081", ["Logging:LogLevel:Default"] = "Warning", ["Logging:LogLevel:Orleans"] = "Error" });
        await using var database = ExchangeDatabase.Open(directory);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(28111, 28300).UseEmbeddedStorage(database).AddMatching());
        builder.UseGatewayPorts();
        builder.Services.AddGateway();
        await using (var app = builder.Build().MapGateway())
        {
            await app.StartAsync();
            var grains = app.Services.GetRequiredService<IGrainFactory>();
            using var channel = GrpcChannel.ForAddress("http://127.0.0.1:28081");
            var made = 0;
            foreach (var size in sizes)
            {
                var count = size - made;
                var rate = await PublishAsync(grains, made, count);
                made = size;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"N {size}: published {count} at {rate:0}/s"));
                var lag = await LagAsync(new MatchingService.MatchingServiceClient(channel));
                var preview = await PreviewAsync(new MatchingService.MatchingServiceClient(channel));
                var figures = await LatencyAsync(2, 500, async _ => await grains.GetStatistics().GetAsync(null, default));
                GC.Collect();
                Console.WriteLine($"index current {lag.TotalSeconds:0.0} s later; preview p50 {preview.P50:0.00} p99 {preview.P99:0.00} ms; statistics p50 {figures.P50:0.00} p99 {figures.P99:0.00} ms; heap {GC.GetTotalMemory(false) >> 20} MB, resident {Environment.WorkingSet >> 20} MB");
            }

            await app.StopAsync();
        }

        await database.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    /// <summary>New offers of about 1 KB, language given, created and published in one durable write each.</summary>
    private static async Task<double> PublishAsync(IGrainFactory grains, int from, int count)
    {
        var next = from - 1;
        var random = new Random(from + 1);
        var summaries = Enumerable.Range(0, 1_000).Select(_ => SyntheticTexts.Summary(random, 100)).ToArray();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < from + count;)
            {
                var content = new ItemContent { Title = $"Offer number {i}", Summary = $"{summaries[i % 1_000]} {summaries[(i * 7 + 3) % 1_000].AsSpan(0, 60)}", LanguageCode = "es", Goals = [1 + (i % 17)], AreasOfFocus = ["other"] };
                await grains.GetItem(new(new(ParentKind.Authority, i % 2 == 0 ? "pe" : "ar"), ItemKind.Offer, $"bench-{i}")).ImportAsync(content, ItemFields.All, true, new("bench", ""), false, default);
            }
        }));
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>How long until a preview is current to this moment.</summary>
    private static async Task<TimeSpan> LagAsync(MatchingService.MatchingServiceClient client)
    {
        var (started, now) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        while ((await client.PreviewSuggestionsAsync(Request(new Random(1)))).AsOfTime.ToDateTimeOffset() < now)
        {
            await Task.Delay(20);
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task<(double P50, double P99)> PreviewAsync(MatchingService.MatchingServiceClient client) =>
        await LatencyAsync(2, 500, async random => await client.PreviewSuggestionsAsync(Request(random)));

    private static PreviewSuggestionsRequest Request(Random random) => new() { Need = new() { Title = "Agua rural y riego", Summary = SyntheticTexts.Summary(random, 80), LanguageCode = "es", Goals = { 6 } }, PageSize = 10 };

    private static async Task<(double P50, double P99)> LatencyAsync(int callers, int calls, Func<Random, Task> call)
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

    private static double Fsyncs(string directory)
    {
        using var file = new FileStream(Path.Combine(directory, "fsync"), FileMode.Create);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 200; i++)
        {
            file.Write(new byte[4096]);
            file.Flush(flushToDisk: true);
        }

        return 200 / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
