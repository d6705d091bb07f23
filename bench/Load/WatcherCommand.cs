using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using CooperaNet.Matching.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>The command <c>watchers</c>: how soon many watchers of the figures hear of changes, whether all of them end at the same figures, and what they cost.</summary>
internal sealed class WatcherCommand(CallInvoker gateway, Func<GrpcChannel> connect, string parent)
{
    private const int WatchersOfConnection = 100; // streams that a server allows on one, unless told otherwise
    private readonly string run = Guid.NewGuid().ToString("n")[..8];
    private readonly List<double> delays = [];
    private int watching;

    public static Task<int> RunAsync(string[] args)
    {
        var address = new Argument<string>("gateway") { Description = "Its gRPC address." };
        var count = new Argument<int>("watchers") { DefaultValueFactory = _ => 1_000 };
        var rate = new Argument<int>("events") { Description = "Items that are published or withdrawn a second.", DefaultValueFactory = _ => 100 };
        var seconds = new Argument<int>("seconds") { DefaultValueFactory = _ => 30 };
        var command = new RootCommand("Watches the figures while items change.") { address, count, rate, seconds, LoadCommand.Metrics, LoadCommand.Parent, LoadCommand.Folder };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            GrpcChannel Connect() => GrpcChannel.ForAddress(arguments.GetValue(address)!, new() { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true }, DisposeHttpClient = true });
            var parent = arguments.GetValue(LoadCommand.Parent)!;
            var token = LoadCommand.Token(arguments.GetValue(LoadCommand.Folder)!, parent)();
            using var channel = Connect();
            using var metrics = new Metrics(new(arguments.GetValue(LoadCommand.Metrics)!));
            await new WatcherCommand(channel.Intercept(headers => [.. headers, new("authorization", $"Bearer {token}")]), Connect, parent)
                .MeasureAsync(metrics, arguments.GetValue(count), arguments.GetValue(rate), TimeSpan.FromSeconds(arguments.GetValue(seconds)), cancellationToken);
        });
        return command.Parse(args).InvokeAsync();
    }

    private async Task MeasureAsync(Metrics metrics, int count, int rate, TimeSpan duration, CancellationToken cancellationToken)
    {
        var offers = await CreateAsync(rate, cancellationToken);
        await ChangeAsync(offers, rate, TimeSpan.FromSeconds(4), cancellationToken); // warms up; an even number of rounds leaves them as they were
        var before = await metrics.ReadMemoryAsync(cancellationToken);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var connections = Enumerable.Range(0, (count + WatchersOfConnection - 1) / WatchersOfConnection).Select(_ => connect()).ToList();
        var watchers = Enumerable.Range(0, count).Select(i => WatchAsync(connections[i % connections.Count], ended.Token)).ToList();
        while (Volatile.Read(ref watching) < count)
        {
            await Task.Delay(50, cancellationToken);
            await Task.WhenAll(watchers.Where(watcher => watcher.IsFaulted)); // one that is refused would never watch
        }

        lock (delays)
        {
            delays.Clear();
        }

        var changed = await ChangeAsync(offers, rate, duration, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken); // a change may take a second
        var after = await metrics.ReadMemoryAsync(cancellationToken);
        var total = Total(await new StatisticsService.StatisticsServiceClient(gateway).GetStatisticsAsync(new(), cancellationToken: cancellationToken));
        await ended.CancelAsync();
        var totals = await Task.WhenAll(watchers);
        connections.ForEach(connection => connection.Dispose());
        if (delays.Count == 0)
        {
            throw new InvalidOperationException("No watcher was told of a change.");
        }

        delays.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{changed.Made} changes in {changed.Elapsed.TotalSeconds:0.0} s ({changed.Made / changed.Elapsed.TotalSeconds:0}/s), {count} watchers: {delays.Count} messages, {delays.Count / (double)count / changed.Elapsed.TotalSeconds:0.0} a second each, told p50 {delays[delays.Count / 2]:0} p99 {delays[delays.Count * 99 / 100]:0} ms after the moment they hold for; {totals.Count(last => last == total)} ended at the total of {total}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the service with them and the changes: resident {(after.Resident - before.Resident) / count / 1024:+0.0;-0.0} KB a watcher, heap after a collection {(after.Heap - before.Heap) / count / 1024:+0.0;-0.0} KB"));
    }

    private static int Total(V1.Statistics statistics) => statistics.Tables.First(table => table.Id == "type").Total;

    /// <summary>Drafts, one for each change of a second.</summary>
    private async Task<List<string>> CreateAsync(int count, CancellationToken cancellationToken)
    {
        var (exchange, offers) = (new ExchangeService.ExchangeServiceClient(gateway), new List<string>());
        for (var i = 0; i < count; i++)
        {
            var offer = await exchange.CreateOfferAsync(new() { Parent = parent, OfferId = $"watched-{run}-{i}", Offer = new() { Title = $"Offer {i}", Summary = SyntheticTexts.Summary(new Random(i), 60), LanguageCode = "es", Goals = { 6 } } }, cancellationToken: cancellationToken);
            offers.Add(offer.Name);
        }

        return offers;
    }

    /// <summary>Publishes them all in a second, withdraws them in the next, and so on; each change begins when it is due.</summary>
    private async Task<(int Made, TimeSpan Elapsed)> ChangeAsync(List<string> offers, int rate, TimeSpan duration, CancellationToken cancellationToken)
    {
        var (exchange, started, open, made) = (new ExchangeService.ExchangeServiceClient(gateway), Stopwatch.GetTimestamp(), new List<Task>(), 0);
        for (; TimeSpan.FromSeconds(made / (double)rate) is var due && due < duration; made++)
        {
            if (due - Stopwatch.GetElapsedTime(started) is { } early && early > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(early, cancellationToken);
            }

            var name = offers[made % offers.Count];
            open.Add(made / offers.Count % 2 == 0
                ? exchange.PublishOfferAsync(new() { Name = name }, cancellationToken: cancellationToken).ResponseAsync
                : exchange.WithdrawOfferAsync(new() { Name = name }, cancellationToken: cancellationToken).ResponseAsync);
        }

        await Task.WhenAll(open);
        return (made, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Watches until the end; the total that it was told last.</summary>
    private async Task<int> WatchAsync(GrpcChannel connection, CancellationToken cancellationToken)
    {
        var last = 0;
        try
        {
            using var stream = new StatisticsService.StatisticsServiceClient(connection).WatchStatistics(new(), cancellationToken: cancellationToken);
            await foreach (var message in stream.ResponseStream.ReadAllAsync(cancellationToken))
            {
                last = message.Statistics?.Tables.FirstOrDefault(table => table.Id == "type")?.Total ?? last;
                if (message.Kind == WatchKind.Snapshot)
                {
                    Interlocked.Increment(ref watching);
                }
                else if (message.Kind == WatchKind.Change)
                {
                    var delay = (DateTimeOffset.UtcNow - message.Statistics!.AsOfTime.ToDateTimeOffset()).TotalMilliseconds;
                    lock (delays)
                    {
                        delays.Add(delay);
                    }
                }
            }
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested && error is RpcException or OperationCanceledException)
        {
            // the end of the measurement
        }

        return last;
    }
}
