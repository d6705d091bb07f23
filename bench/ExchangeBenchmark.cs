using System.Diagnostics;
using System.Globalization;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.V1;

namespace CooperaNet.Matching.Benchmarks;

/// <summary>The whole exchange in one process: durable publishing, follower lag, previews over gRPC, figures.</summary>
internal static class ExchangeBenchmark
{
    private const int Callers = 64;

    public static async Task RunAsync(int[] sizes)
    {
        await using var exchange = await BenchmarkExchange.StartAsync();
        Console.WriteLine($"fsync: {Fsyncs(exchange.Folder):0}/s");
        var made = 0;
        foreach (var size in sizes)
        {
            var count = size - made;
            var rate = await PublishAsync(exchange.Grains, made, count);
            made = size;
            var updates = await UpdateAsync(exchange.Grains, size - count, Math.Min(count, 20_000));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"N {size}: published {count} at {rate:0}/s, updated at {updates:0}/s"));
            var lag = await LagAsync(new MatchingService.MatchingServiceClient(exchange.Channel));
            var preview = await PreviewAsync(new MatchingService.MatchingServiceClient(exchange.Channel));
            var figures = await BenchmarkExchange.LatencyAsync(2, 500, async _ => await exchange.Grains.GetStatistics().GetAsync(null, default));
            GC.Collect();
            Console.WriteLine($"index current {lag.TotalSeconds:0.0} s later; preview p50 {preview.P50:0.00} p99 {preview.P99:0.00} ms; statistics p50 {figures.P50:0.00} p99 {figures.P99:0.00} ms; heap {GC.GetTotalMemory(false) >> 20} MB, resident {Environment.WorkingSet >> 20} MB");
        }
    }

    /// <summary>New offers of about 1 KB, language given, created and published in one durable write each.</summary>
    private static async Task<double> PublishAsync(IGrainFactory grains, int from, int count)
    {
        var random = new Random(from + 1);
        var summaries = Enumerable.Range(0, 1_000).Select(_ => SyntheticTexts.Summary(random, 100)).ToArray();
        return await RateAsync(from, count, i => Offer(grains, i).ImportAsync(
            new ItemContent { Title = $"Offer number {i}", Summary = $"{summaries[i % 1_000]} {summaries[(i * 7 + 3) % 1_000].AsSpan(0, 60)}", LanguageCode = "es", Goals = [1 + (i % 17)], AreasOfFocus = ["other"] },
            ItemFields.All, true, Caller.System, false, default));
    }

    /// <summary>A new title for offers that exist, one durable write each.</summary>
    private static Task<double> UpdateAsync(IGrainFactory grains, int from, int count) =>
        RateAsync(from, count, i => Offer(grains, i).UpdateAsync(new ItemContent { Title = $"Offer number {i} again" }, ItemFields.Title, "", Caller.System, false, default));

    private static IItemGrain Offer(IGrainFactory grains, int i) => grains.GetItem(new(new(ParentKind.Authority, i % 2 == 0 ? "pe" : "ar"), ItemKind.Offer, $"bench-{i}"));

    private static async Task<double> RateAsync(int from, int count, Func<int, Task> act)
    {
        var next = from - 1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < from + count;)
            {
                await act(i);
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
        await BenchmarkExchange.LatencyAsync(2, 500, async random => await client.PreviewSuggestionsAsync(Request(random)));

    private static PreviewSuggestionsRequest Request(Random random) => new() { Need = new() { Title = "Agua rural y riego", Summary = SyntheticTexts.Summary(random, 80), LanguageCode = "es", Goals = { 6 } }, PageSize = 10 };

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
