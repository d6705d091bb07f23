using System.Globalization;
using CooperaNet.Matching.Benchmarks.Index;
using CooperaNet.Matching.V1;
using Grpc.Net.Client;
using HdrHistogram;

namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>The command <c>previews ADDRESS [CALLERS] [CALLS] [SENTENCES]</c>: what previews of needs in English take at a gateway, each caller one after the other.</summary>
internal static class PreviewBenchmark
{
    public static async Task RunAsync(IReadOnlyList<string> args)
    {
        var (callers, calls) = (args.Count > 1 ? int.Parse(args[1]) : 2, args.Count > 2 ? int.Parse(args[2]) : 500);
        var texts = args.Count > 3 ? RecombinedTexts.OfFile(args[3]) : RecombinedTexts.OfOwn(Path.Combine(AppContext.BaseDirectory, "data"));
        await CallAsync(args[0], texts, callers, 100, new(1, 60_000_000, 3), seed: 1); // the first calls of a process are slow
        var histogram = new LongConcurrentHistogram(1, 60_000_000, 3);
        var partial = await CallAsync(args[0], texts, callers, calls, histogram, seed: 1_000);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{callers * calls} previews by {callers} callers: p50 {Milliseconds(50):0.0}, p90 {Milliseconds(90):0.0}, p99 {Milliseconds(99):0.0}, max {Milliseconds(100):0.0} ms; {partial} partial"));

        double Milliseconds(double percentile) => histogram.GetValueAtPercentile(percentile) / 1_000.0;
    }

    private static async Task<int> CallAsync(string address, RecombinedTexts texts, int callers, int calls, LongConcurrentHistogram histogram, int seed)
    {
        var partial = 0;
        await Task.WhenAll(Enumerable.Range(seed, callers).Select(async caller =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            var (client, random) = (new MatchingService.MatchingServiceClient(channel), new Random(caller));
            for (var i = 0; i < calls; i++)
            {
                var (title, summary) = texts.Need(random);
                var request = new PreviewSuggestionsRequest { Need = new() { Title = title.Length is < 5 or > 200 ? "A need of which the title is unfit" : title, Summary = summary, LanguageCode = "en", Goals = { 1 + random.Next(17) } }, PageSize = 10 };
                var started = TimeProvider.System.GetTimestamp();
                var answer = await client.PreviewSuggestionsAsync(request);
                histogram.RecordValue(Math.Max(1, (long)TimeProvider.System.GetElapsedTime(started).TotalMicroseconds));
                Interlocked.Add(ref partial, answer.Unreachable > 0 ? 1 : 0);
            }
        }));
        return partial;
    }
}
