using System.Diagnostics;
using System.Net.Http.Json;
using CooperaNet.Matching.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>Readers of streams that misbehave, against the real program and its real connections.</summary>
public sealed class WatcherTests : IDisposable
{
    /// <summary>More than fill a connection and a buffer.</summary>
    private const int MostChanges = 1_500;

    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-watch-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>A client that doesn't read while figures change: its connection fills up, it falls behind and is told so; another one gets every change meanwhile.</summary>
    [Fact]
    public async Task A_slow_reader_is_dropped_and_told_so_while_others_read_on()
    {
        var port = ExchangeProcess.FreePort();
        await using var exchange = await ExchangeProcess.Start(directory, false, ("Gateway__WatchPeriod", "00:00:00.010"), ("Telemetry__Port", $"{port}")).ReadyAsync(cancellation);
        using var operators = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        using var slowChannel = GrpcChannel.ForAddress(exchange.Grpc.BaseAddress!, new() { HttpHandler = new SocketsHttpHandler { InitialHttp2StreamWindowSize = 65_535 } });
        using var quickChannel = GrpcChannel.ForAddress(exchange.Grpc.BaseAddress!);
        using var slow = new StatisticsService.StatisticsServiceClient(slowChannel).WatchStatistics(new(), cancellationToken: cancellation);
        using var quick = new StatisticsService.StatisticsServiceClient(quickChannel).WatchStatistics(new(), cancellationToken: cancellation);
        await slow.ResponseHeadersAsync;
        await quick.ResponseStream.MoveNext(cancellation);
        var changes = 0;
        while (!await IsAnyDroppedAsync(operators))
        {
            Assert.True(changes < MostChanges, "nobody is dropped");
            await PublishAsync(exchange, changes++);
            while (Offers(quick.ResponseStream.Current) != changes)
            {
                Assert.True(await quick.ResponseStream.MoveNext(cancellation)); // each change before the next
            }
        }

        var (read, token) = (0, "");
        var told = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await slow.ResponseStream.MoveNext(cancellation))
            {
                (read, token) = (read + 1, slow.ResponseStream.Current.ResumeToken);
            }
        });

        Assert.Equal(StatusCode.ResourceExhausted, told.StatusCode);
        Assert.Contains("read too slowly", told.Status.Detail, StringComparison.Ordinal);
        Assert.InRange(read, 1, changes);
        using var again = new StatisticsService.StatisticsServiceClient(slowChannel).WatchStatistics(new() { ResumeToken = token }, cancellationToken: cancellation);
        Assert.True(await again.ResponseStream.MoveNext(cancellation));
        Assert.Equal(changes, Offers(again.ResponseStream.Current));
    }

    /// <summary>A client that answers pings and never reads: ten seconds after it fell behind its place is free.</summary>
    [Fact]
    public async Task A_deaf_reader_is_cut_off()
    {
        var port = ExchangeProcess.FreePort();
        await using var exchange = await ExchangeProcess.Start(directory, false, ("Gateway__WatchPeriod", "00:00:00.010"), ("Gateway__MaxStreams", "1"), ("Telemetry__Port", $"{port}")).ReadyAsync(cancellation);
        using var operators = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
        using var channel = GrpcChannel.ForAddress(exchange.Grpc.BaseAddress!, new() { HttpHandler = new SocketsHttpHandler { InitialHttp2StreamWindowSize = 65_535 } });
        using var deaf = new StatisticsService.StatisticsServiceClient(channel).WatchStatistics(new(), cancellationToken: cancellation);
        await deaf.ResponseHeadersAsync;
        for (var i = 0; !await IsAnyDroppedAsync(operators); i++)
        {
            Assert.True(i < MostChanges, "nobody is dropped");
            await PublishAsync(exchange, i);
        }

        await FreeAsync(exchange, TimeSpan.FromSeconds(15), "deaf");
    }

    /// <summary>With room for one stream, a second one is let in only when the first is gone.</summary>
    [Theory]
    [InlineData("killed", "-KILL", 2)] // the connection closes
    [InlineData("frozen", "-STOP", 12)] // it stays open, but nobody answers its pings; with room for a busy machine
    public async Task A_client_that_vanished_is_gone_within_seconds(string how, string signal, int seconds)
    {
        await using var exchange = await ExchangeProcess.Start(directory, false, ("Gateway__MaxStreams", "1")).ReadyAsync(cancellation);
        using var client = await ClientProcess.StartAsync(exchange, "stats", "--watch", "--json");
        try
        {
            Assert.NotNull(await client.StandardOutput.ReadLineAsync(cancellation));
            Assert.Equal(StatusCode.ResourceExhausted, await OpenAsync(exchange));

            using var kill = Process.Start("kill", [signal, $"{client.Id}"]);
            await FreeAsync(exchange, TimeSpan.FromSeconds(seconds), how);
        }
        finally
        {
            client.Kill();
        }
    }

    /// <summary>Waits until the only place for a stream is free.</summary>
    private async Task FreeAsync(ExchangeProcess exchange, TimeSpan patience, string who)
    {
        var since = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await OpenAsync(exchange) != StatusCode.OK && await timer.WaitForNextTickAsync(cancellation))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < patience, $"the {who} client is still there after {patience.TotalSeconds} s");
        }
    }

    private async Task<StatusCode> OpenAsync(ExchangeProcess exchange)
    {
        using var channel = GrpcChannel.ForAddress(exchange.Grpc.BaseAddress!);
        using var call = new StatisticsService.StatisticsServiceClient(channel).WatchStatistics(new(), cancellationToken: cancellation);
        try
        {
            await call.ResponseStream.MoveNext(cancellation);
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }

    private async Task<bool> IsAnyDroppedAsync(HttpClient operators) => (await operators.GetStringAsync("/metrics", cancellation)).Contains("cooperanet_gateway_dropped", StringComparison.Ordinal);

    private static int Offers(WatchStatisticsResponse message) => message.Statistics?.Tables.FirstOrDefault(table => table.Id == "type")?.Total ?? -1;

    private async Task PublishAsync(ExchangeProcess exchange, int i)
    {
        using var answer = await exchange.Json.PostAsJsonAsync("/v1/authorities/pe/catalogImports", new
        {
            rows = new[] { new { sourceReference = $"W-{i}", kind = "OFFER", title = $"Watched offer {i}", languageCode = "en", goals = new[] { 1 + (i % 17) }, areasOfFocus = new[] { "culture" } } },
            publish = true,
        }, cancellation);
        Assert.True(answer.IsSuccessStatusCode);
    }
}
