using System.Diagnostics;
using CooperaNet.Matching.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>Drives any gateway with calls that begin when they are due, whether or not those before were answered.</summary>
internal static class LoadDriver
{
    private static readonly LoadCall[] Mix = [.. Enum.GetValues<LoadCall>().SelectMany(call => Enumerable.Repeat(call, (int)call))];

    /// <param name="options">What to do.</param>
    /// <param name="during">Called when it has begun; the load ends early when it ends with a failure.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<LoadReport> RunAsync(LoadOptions options, Func<Task>? during, CancellationToken cancellationToken)
    {
        var report = new LoadReport();
        var channels = options.Gateways.Select(address => GrpcChannel.ForAddress(address, new() { HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true }, DisposeHttpClient = true })).ToList();
        try
        {
            var token = new RenewedToken(options.Token);
            List<CallInvoker> gateways = [.. channels.Select(channel => channel.Intercept(headers => [.. headers, new("authorization", $"Bearer {token.Value}")]))];
            var calls = new LoadCalls(gateways, options);
            await calls.PrepareAsync();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watchers = Enumerable.Range(0, options.Watchers).Select(i => WatchAsync(gateways[i % gateways.Count], report, ended.Token)).ToList();
            await Task.WhenAll(ArriveAsync(calls, options, report, ended.Token), during?.Invoke() ?? Task.CompletedTask);
            await ended.CancelAsync();
            await Task.WhenAll(watchers);
            report.Acknowledged = calls.Acknowledged;
            return report;
        }
        finally
        {
            channels.ForEach(channel => channel.Dispose());
        }
    }

    private static async Task ArriveAsync(LoadCalls calls, LoadOptions options, LoadReport report, CancellationToken cancellationToken)
    {
        var (random, started, due, number) = (new Random(options.Seed), Stopwatch.GetTimestamp(), TimeSpan.Zero, 0);
        var open = new List<Task>();
        while ((due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / options.Rate)) < options.Duration && !cancellationToken.IsCancellationRequested)
        {
            if (due - Stopwatch.GetElapsedTime(started) is { } early && early > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(early, cancellationToken);
            }

            open.Add(CallAsync(calls, Mix[random.Next(Mix.Length)], number++, new Random(random.Next()), due, started, report));
            if (open.Count > 10_000)
            {
                open.RemoveAll(call => call.IsCompleted);
            }
        }

        await Task.WhenAll(open);
    }

    private static async Task CallAsync(LoadCalls calls, LoadCall call, int number, Random random, TimeSpan due, long started, LoadReport report)
    {
        string? failure = null;
        var isComplete = true;
        try
        {
            isComplete = await calls.MakeAsync(call, number, random);
        }
        catch (RpcException error)
        {
            failure = $"{error.StatusCode}: {error.Status.Detail}";
        }

        report.Add(new(call, due, Stopwatch.GetElapsedTime(started) - due, failure, isComplete));
    }

    private static async Task WatchAsync(CallInvoker gateway, LoadReport report, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using var stream = new StatisticsService.StatisticsServiceClient(gateway).WatchStatistics(new(), cancellationToken: cancellationToken);
                while (await stream.ResponseStream.MoveNext(cancellationToken))
                {
                    Interlocked.Increment(ref report.Watched);
                }
            }
            catch (Exception error) when (error is RpcException or OperationCanceledException)
            {
                // opened again while the load lasts
            }
        }
    }

    private sealed class RenewedToken(Func<string> source)
    {
        private readonly Lock renewing = new();
        private string value = source();
        private long since = Stopwatch.GetTimestamp();

        public string Value
        {
            get
            {
                lock (renewing)
                {
                    if (Stopwatch.GetElapsedTime(since) > TimeSpan.FromMinutes(10))
                    {
                        (value, since) = (source(), Stopwatch.GetTimestamp());
                    }

                    return value;
                }
            }
        }
    }
}
