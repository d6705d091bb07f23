using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.EndToEndTests;

public sealed class KillTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-kill-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>Ten times: publish with eight writers, kill -9 after a random number of acknowledgements, start again. What was acknowledged is there, once; register, states, history and figures agree, and the suggestions catch up.</summary>
    [Fact]
    public async Task Nothing_acknowledged_is_lost_over_ten_kills()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var acknowledged = new ConcurrentDictionary<string, bool>();
        string? need = null;
        for (var round = 0; round < 10; round++)
        {
            await using var exchange = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
            need ??= await PublishNeedAsync(exchange);
            using var stop = new CancellationTokenSource();
            var moment = new Countdown(random.Next(1, 400));
            var writers = Enumerable.Range(0, 8).Select(writer => WriteAsync(exchange, $"k-{round}-{writer}", acknowledged, moment, stop.Token)).ToArray();
            await Task.WhenAny(Task.WhenAll(writers), moment.Task);
            await exchange.KillAsync(cancellation);
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        await using var last = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        Assert.NotEmpty(acknowledged);
        var statistics = (await last.Json.GetFromJsonAsync<JsonObject>("/v1/statistics", cancellation))!;
        await CaughtUpAsync(last, need!);
        await last.StopAsync(cancellation);
        await using var database = new SqliteConnection($"Data Source={Path.Combine(directory, "exchange.db")};Mode=ReadOnly;Pooling=False");
        var published = (await database.QueryAsync<string>("SELECT name FROM register WHERE state = 'PUBLISHED'")).ToHashSet();
        Assert.Empty(acknowledged.Keys.Except(published));
        Assert.Equal(published.Count, statistics["tables"]![0]!["total"]!.GetValue<int>());
        Assert.Equal(0, await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM OrleansStorage s LEFT JOIN register r ON r.id = s.Id WHERE s.GrainTypeString = 'offer' AND (r.id IS NULL OR r.revision <> CAST(s.PayloadBinary AS TEXT) ->> '$.Revision')"));
        Assert.Equal(0, await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM register r WHERE r.revision <> (SELECT COUNT(*) FROM history h WHERE h.item = r.id)"));
        Assert.Equal("ok", await database.ExecuteScalarAsync<string>("PRAGMA integrity_check"));
    }

    private async Task<string> PublishNeedAsync(ExchangeProcess exchange)
    {
        using var created = await exchange.Json.PostAsJsonAsync("/v1/authorities/bb/needs?needId=k", new { title = "Offers written", summary = "Written while the process is killed.", languageCode = "en", goals = new[] { 6 } }, cancellation);
        using var published = await exchange.Json.PostAsync("/v1/authorities/bb/needs/k:publish", new StringContent("{}", null, "application/json"), cancellation);
        Assert.True(published.IsSuccessStatusCode);
        return "authorities/bb/needs/k";
    }

    /// <summary>Waits until the followers have read all history; then the list that is kept is the one that a search answers.</summary>
    private async Task CaughtUpAsync(ExchangeProcess exchange, string need)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        await using var database = new SqliteConnection($"Data Source={Path.Combine(directory, "exchange.db")};Mode=ReadOnly;Pooling=False");
        while (await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM follower f WHERE EXISTS (SELECT 1 FROM history h WHERE h.kind IN ('offer', 'need') AND h.bucket % (SELECT COUNT(*) FROM follower) = f.partition AND h.seq > f.seq)") > 0)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }

        var kept = await SuggestionsAsync(exchange, need, "");
        Assert.NotEmpty(kept);
        Assert.Equal((await SuggestionsAsync(exchange, need, "&minScore=0")).Take(kept.Count), kept);
    }

    private async Task<List<string>> SuggestionsAsync(ExchangeProcess exchange, string need, string query) =>
        [.. (await exchange.Json.GetFromJsonAsync<JsonObject>($"/v1/{need}/suggestions?pageSize=50{query}", cancellation))!["suggestions"]!.AsArray().Select(suggestion => suggestion!["offer"]!.GetValue<string>())];

    private static async Task WriteAsync(ExchangeProcess exchange, string prefix, ConcurrentDictionary<string, bool> acknowledged, Countdown moment, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var name = $"authorities/pe/offers/{prefix}-{i}";
            try
            {
                using var created = await exchange.Json.PostAsJsonAsync($"/v1/authorities/pe/offers?offerId={prefix}-{i}", new { title = $"Offer {prefix} {i}", summary = "Written while the process is killed.", languageCode = "en", goals = new[] { 6 } }, stop);
                using var published = await exchange.Json.PostAsync($"/v1/{name}:publish", new StringContent("{}", null, "application/json"), stop);
                if (published.IsSuccessStatusCode)
                {
                    acknowledged[name] = true;
                    moment.Signal();
                }
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
            {
                return; // killed
            }
        }
    }

    /// <summary>Completes at the n-th signal.</summary>
    private sealed class Countdown(int n)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int left = n;

        public Task Task => done.Task;

        public void Signal()
        {
            if (Interlocked.Decrement(ref left) == 0)
            {
                done.SetResult();
            }
        }
    }
}
