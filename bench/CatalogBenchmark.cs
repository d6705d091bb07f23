using System.Diagnostics;
using System.Globalization;
using System.Text;
using CooperaNet.Matching.V1;
using Google.Protobuf;
using Grpc.Core;

namespace CooperaNet.Matching.Benchmarks;

/// <summary>A catalogue file through the public API: dry run, import with readers and watchers beside it, search, export.</summary>
internal static class CatalogBenchmark
{
    private const int Watchers = 1_000;

    public static async Task RunAsync(int rows)
    {
        await using var exchange = await BenchmarkExchange.StartAsync();
        var catalog = new CatalogService.CatalogServiceClient(exchange.Peru);
        var file = Write(rows);
        Print($"file: {rows} rows, {file.Length >> 20} MB; resident {Environment.WorkingSet >> 20} MB");
        Print($"dry run: {await ImportAsync(catalog, file, "dry", dryRun: true, rows)}");
        using var done = new CancellationTokenSource();
        var reads = ReadAsync(exchange, done.Token);
        Print($"import: {await ImportAsync(catalog, file, "real", dryRun: false, rows)}; resident {Environment.WorkingSet >> 20} MB");
        await done.CancelAsync();
        Print($"slowest read beside it {await reads:0} ms");

        var changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(file, 0, file.Length / 10).Replace("Fila", "Renglón", StringComparison.Ordinal));
        var fresh = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(changed).Replace("B-", "C-", StringComparison.Ordinal));
        var fresher = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(changed).Replace("B-", "D-", StringComparison.Ordinal));
        var tenth = rows / 10;
        Print($"a tenth again, changed: {await ImportAsync(catalog, changed, "changed", dryRun: false, tenth)}");
        Print($"a tenth more: {await ImportAsync(catalog, fresher, "alone", dryRun: false, tenth)}");
        var (watching, delays, memory) = await WatchAsync(exchange, async () => Print($"the same with {Watchers} watchers: {await ImportAsync(catalog, fresh, "watched", dryRun: false, tenth)}"));
        var told = delays.Count > 0 ? delays : [double.NaN];
        Print($"{watching} watchers cost {memory / 1024.0 / Watchers:0.0} KB each; change to client p50 {told[told.Count / 2]:0} p99 {told[told.Count * 99 / 100]:0} ms");

        var exchangeService = new ExchangeService.ExchangeServiceClient(exchange.Channel);
        string[] words = ["agua rural", "bosqueción", "turismista energal costaria", "riego", "salud escuela mujer datos"];
        var search = await BenchmarkExchange.LatencyAsync(2, 300, async random => await exchangeService.SearchExchangeAsync(new() { Query = words[random.Next(words.Length)], LanguageCode = "es" }));
        Print($"search p50 {search.P50:0.0} p99 {search.P99:0.0} ms");

        var (started, bytes) = (Stopwatch.GetTimestamp(), 0L);
        using var export = catalog.ExportCatalog(new() { Parent = "authorities/-" });
        await foreach (var piece in export.ResponseStream.ReadAllAsync())
        {
            bytes += piece.Data.Length;
        }

        Print($"export: {bytes >> 20} MB in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    private static byte[] Write(int rows)
    {
        var random = new Random(1);
        var text = new StringBuilder("code;title;summary;language;goals;area\n");
        var summaries = Enumerable.Range(0, 2_000).Select(_ => SyntheticTexts.Summary(random, 100)).ToArray();
        for (var row = 0; row < rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"B-{row};Fila número {row} del catálogo;{summaries[random.Next(2_000)][..450]} {summaries[random.Next(2_000)][..450]};es;ODS {1 + (row % 17)};Otros\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static async Task<string> ImportAsync(CatalogService.CatalogServiceClient catalog, byte[] file, string id, bool dryRun, int rows)
    {
        var started = Stopwatch.GetTimestamp();
        var imported = TimeSpan.Zero;
        using var call = catalog.StreamCatalogImport();
        var sending = SendAsync();
        CatalogImport? last = null;
        await foreach (var answer in call.ResponseStream.ReadAllAsync())
        {
            imported = answer.CatalogImport.State == CatalogImport.Types.State.Running ? Stopwatch.GetElapsedTime(started) : imported;
            last = answer.CatalogImport;
        }

        await sending;
        var elapsed = Stopwatch.GetElapsedTime(started);
        return $"{rows / elapsed.TotalSeconds:0} rows/s ({last!.Created} created, {last.Changed} changed, {last.Unchanged} unchanged, {last.Refused} refused, {last.SuspectedDuplicates} suspected; the end took {(elapsed - imported).TotalSeconds:0.0} s)";

        async Task SendAsync()
        {
            await call.RequestStream.WriteAsync(new() { Settings = new() { Parent = "authorities/pe", ImportId = id, Publish = true, Partial = id != "real", ValidateOnly = dryRun } });
            foreach (var piece in file.Chunk(256 * 1024))
            {
                await call.RequestStream.WriteAsync(new() { Content = UnsafeByteOperations.UnsafeWrap(piece) });
            }

            await call.RequestStream.CompleteAsync();
        }
    }

    /// <summary>Reads a list over and over; the longest time one took.</summary>
    private static async Task<double> ReadAsync(BenchmarkExchange exchange, CancellationToken cancellationToken)
    {
        var client = new ExchangeService.ExchangeServiceClient(exchange.Channel);
        var slowest = 0.0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            await client.ListOffersAsync(new() { Parent = "authorities/pe", PageSize = 20 }, cancellationToken: CancellationToken.None);
            slowest = Math.Max(slowest, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await Task.Delay(20, CancellationToken.None);
        }

        return slowest;
    }

    /// <summary>Opens watchers of the figures, does the work, and tells how long after their moment the changes came to a client.</summary>
    private static async Task<(int Watchers, List<double> Delays, long Memory)> WatchAsync(BenchmarkExchange exchange, Func<Task> work)
    {
        GC.Collect();
        var before = GC.GetTotalMemory(true);
        var delays = new List<double>();
        using var end = new CancellationTokenSource();
        using var channel = BenchmarkExchange.NewChannel();
        var client = new StatisticsService.StatisticsServiceClient(channel);
        var open = 0;
        var watchers = Enumerable.Range(0, Watchers).Select(async _ =>
        {
            try
            {
                using var call = client.WatchStatistics(new(), cancellationToken: end.Token);
                await foreach (var message in call.ResponseStream.ReadAllAsync(end.Token))
                {
                    if (message.Kind == WatchKind.Snapshot)
                    {
                        Interlocked.Increment(ref open);
                    }
                    else if (message.Kind == WatchKind.Change)
                    {
                        lock (delays)
                        {
                            delays.Add((DateTimeOffset.UtcNow - message.Statistics.AsOfTime.ToDateTimeOffset()).TotalMilliseconds);
                        }
                    }
                }
            }
            catch (RpcException) when (end.IsCancellationRequested)
            {
                // the end of the measurement
            }
        }).ToList();
        while (Volatile.Read(ref open) < Watchers)
        {
            await Task.Delay(50);
        }

        GC.Collect();
        var memory = GC.GetTotalMemory(true) - before;
        await work();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await end.CancelAsync();
        await Task.WhenAll(watchers);
        delays.Sort();
        return (open, delays, memory);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
