using System.Text.Json.Nodes;
using CooperaNet.Matching.Gateway.Streams;
using CooperaNet.Matching.V1;
using Grpc.Core;

namespace CooperaNet.Matching.ClusterTests.Gateway;

public class StreamTests(ExchangeFixture exchange)
{
    private readonly StatisticsService.StatisticsServiceClient statistics = new(exchange.Channel);
    private readonly MatchingService.MatchingServiceClient matching = new(exchange.As("authorities/lc"));
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Figures_come_whole_then_as_they_change_and_resume_behind_a_token()
    {
        using var call = statistics.WatchStatistics(new() { LanguageCode = "es" }, cancellationToken: cancellation);
        var snapshot = await NextAsync(call);
        await PublishAsync("jm", "Captura de agua de niebla");
        var change = await UntilAsync(call, message => message.Kind == WatchKind.Change && message.Statistics.Tables.Any(table => table.Id == "country" && table.Rows.Any(row => row.Key == "JM")));
        using var resumed = statistics.WatchStatistics(new() { ResumeToken = snapshot.ResumeToken }, cancellationToken: cancellation);
        using var reset = statistics.WatchStatistics(new() { ResumeToken = "0" }, cancellationToken: cancellation);

        Assert.Equal((WatchKind.Snapshot, 5), (snapshot.Kind, snapshot.Statistics.Tables.Count));
        Assert.DoesNotContain(change.Statistics.Tables, table => table.Id == "account"); // that table didn't change
        var missed = await NextAsync(resumed);
        Assert.Equal(WatchKind.Change, missed.Kind);
        Assert.Contains(missed.Statistics.Tables, table => table.Id == "country");
        Assert.Equal((WatchKind.Reset, 5), ((await NextAsync(reset)) is var first ? (first.Kind, first.Statistics.Tables.Count) : default));
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => NextAsync(statistics.WatchStatistics(new() { ResumeToken = "x" }, cancellationToken: cancellation)))).StatusCode);
    }

    [Fact]
    public async Task Json_watchers_get_one_object_a_line()
    {
        await using var stream = await exchange.Json.GetStreamAsync("/v1/statistics:watch", cancellation);
        using var reader = new StreamReader(stream);

        var line = JsonNode.Parse((await reader.ReadLineAsync(cancellation))!)!;

        Assert.Equal("SNAPSHOT", line["kind"]!.GetValue<string>());
        Assert.Equal("type", line["statistics"]!["tables"]![0]!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task Suggestions_of_a_need_come_again_when_an_offer_appears()
    {
        var need = await PublishAsync("lc", "Observatorio de zorros voladores", kind: "NEED");
        using var call = matching.WatchSuggestions(new() { Parent = need, LanguageCode = "es" }, cancellationToken: cancellation);
        Assert.True(await call.ResponseStream.MoveNext(cancellation));
        Assert.Equal(WatchKind.Snapshot, call.ResponseStream.Current.Kind);

        var offer = await PublishAsync("dm", "Observatorio de zorros voladores");

        var change = await UntilAsync(() => call.ResponseStream.MoveNext(cancellation), () => call.ResponseStream.Current, message => message.Suggestions?.Suggestions.Any(suggestion => suggestion.Offer == offer) == true);
        Assert.Equal(WatchKind.Change, change.Kind);
        using var nowhere = matching.WatchSuggestions(new() { Parent = "authorities/lc/needs/nowhere" }, cancellationToken: cancellation);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => nowhere.ResponseStream.MoveNext(cancellation))).StatusCode);
    }

    [Fact]
    public async Task A_silent_stream_says_that_it_lives()
    {
        using var call = statistics.WatchStatistics(new(), cancellationToken: cancellation);

        await UntilAsync(call, message => message.Kind == WatchKind.Heartbeat);
    }

    [Fact]
    public async Task Who_falls_behind_is_dropped_and_slows_nobody()
    {
        var dropped = 0;
        var fanout = new Fanout<int>(() => dropped++);
        using var slow = fanout.Subscribe();
        using var quick = fanout.Subscribe();
        for (var i = 0; i <= Fanout<int>.Capacity; i++)
        {
            fanout.Publish(i);
            Assert.Equal((true, i), await quick.NextAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancellation));
        }

        Assert.Equal(1, fanout.Count);
        Assert.Equal(1, dropped);
        for (var i = 0; i < Fanout<int>.Capacity; i++)
        {
            Assert.Equal((true, i), await slow.NextAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancellation));
        }

        var told = await Assert.ThrowsAsync<MatchingException>(() => slow.NextAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancellation));
        Assert.Equal(MatchingError.Exhausted, told.Error);
    }

    private Task<WatchStatisticsResponse> UntilAsync(AsyncServerStreamingCall<WatchStatisticsResponse> call, Func<WatchStatisticsResponse, bool> condition) =>
        UntilAsync(() => call.ResponseStream.MoveNext(cancellation), () => call.ResponseStream.Current, condition);

    /// <summary>Reads on, while the clock runs, until a message comes that fulfils the condition.</summary>
    private async Task<T> UntilAsync<T>(Func<Task<bool>> next, Func<T> current, Func<T, bool> condition)
        where T : class
    {
        var reading = next();
        return await exchange.EventuallyAsync(async () =>
        {
            if (!reading.IsCompleted)
            {
                await Task.Yield();
                return null;
            }

            Assert.True(await reading);
            var message = current();
            if (condition(message))
            {
                return message;
            }

            reading = next();
            return null;
        });
    }

    private async Task<WatchStatisticsResponse> NextAsync(AsyncServerStreamingCall<WatchStatisticsResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(cancellation));
        return call.ResponseStream.Current;
    }

    private async Task<string> PublishAsync(string authority, string title, string kind = "OFFER") => (await exchange.PostAsync($"/v1/authorities/{authority}/catalogImports", new JsonObject
    {
        ["rows"] = new JsonArray(new JsonObject { ["sourceReference"] = $"{kind}-{title}", ["kind"] = kind, ["title"] = title, ["summary"] = $"{title}: censo, guías y talleres.", ["languageCode"] = "es" }),
        ["publish"] = true,
    }.ToJsonString()))["rows"]![0]!["item"]!.GetValue<string>();
}
