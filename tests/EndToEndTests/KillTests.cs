using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;

namespace CooperaNet.Matching.EndToEndTests;

public sealed class KillTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-kill-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>Several times: publish with eight writers, kill -9 after a random number of acknowledgements, start again. What was acknowledged is there, once; register, states, history and figures agree, and the suggestions catch up.</summary>
    [Theory]
    [InlineData("Sqlite", 10)]
    [InlineData("PostgreSql", 5)]
    public async Task Nothing_acknowledged_is_lost_over_kills_of_the_program(string provider, int rounds)
    {
        await using var database = await TestDatabase.StartAsync(provider, directory, cancellation);
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var acknowledged = new ConcurrentDictionary<string, bool>();
        string? need = null;
        for (var round = 0; round < rounds; round++)
        {
            await using var exchange = await ExchangeProcess.Start(directory, false, database.Settings).ReadyAsync(cancellation);
            need ??= await PublishNeedAsync(exchange);
            using var stop = new CancellationTokenSource();
            var moment = new Countdown(random.Next(1, 400));
            var writers = Enumerable.Range(0, 8).Select(writer => WriteAsync(exchange, $"k-{round}-{writer}", acknowledged, stop.Token, moment)).ToArray();
            await Task.WhenAny(Task.WhenAll(writers), moment.Task);
            await exchange.KillAsync(cancellation);
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        await using var last = await ExchangeProcess.Start(directory, false, database.Settings).ReadyAsync(cancellation);
        await AssertSoundAsync(last, database, need!, acknowledged);
        if (provider == "Sqlite")
        {
            await last.StopAsync(cancellation);
            await using var connection = await database.ConnectAsync(cancellation);
            Assert.Equal("ok", await connection.ExecuteScalarAsync<string>("PRAGMA integrity_check"));
        }
    }

    /// <summary>Three times: kill the database's server under eight writers and start it again. The program stays, refuses meanwhile, goes on by itself, and lost nothing that it acknowledged.</summary>
    [Fact]
    public async Task Nothing_acknowledged_is_lost_over_kills_of_the_database_server()
    {
        await using var database = await TestDatabase.StartAsync("PostgreSql", directory, cancellation);
        await using var exchange = await ExchangeProcess.Start(directory, false, database.Settings).ReadyAsync(cancellation);
        var need = await PublishNeedAsync(exchange);
        var acknowledged = new ConcurrentDictionary<string, bool>();
        for (var round = 0; round < 3; round++)
        {
            using var stop = new CancellationTokenSource();
            var (before, after) = (new Countdown(200), new Countdown(400));
            var writers = Enumerable.Range(0, 8).Select(writer => WriteAsync(exchange, $"s-{round}-{writer}", acknowledged, stop.Token, before, after)).ToArray();
            await before.Task;
            await database.Server!.KillAsync();
            using (var refused = await exchange.Json.PostAsJsonAsync($"/v1/authorities/pe/offers?offerId=refused-{round}", new { title = "While it is away", languageCode = "en" }, cancellation))
            {
                Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            }

            await database.Server.StartAsync(cancellation);
            await after.Task; // the same writers go on
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        await AssertSoundAsync(exchange, database, need, acknowledged);
        await using var connection = await database.ConnectAsync(cancellation);
        foreach (var (name, state) in await connection.QueryAsync<(string, string)>("SELECT name, state FROM register"))
        {
            // no grain remembers less than is stored, not even of writes whose acknowledgement was lost
            Assert.Equal((name, state), (name, (await exchange.Json.GetFromJsonAsync<JsonObject>($"/v1/{name}", cancellation))!["state"]!.GetValue<string>()));
        }
    }

    /// <summary>What was acknowledged is published; register, states, history and figures agree; the suggestions catch up.</summary>
    private async Task AssertSoundAsync(ExchangeProcess exchange, TestDatabase database, string need, ConcurrentDictionary<string, bool> acknowledged)
    {
        Assert.NotEmpty(acknowledged);
        await CaughtUpAsync(exchange, database, need);
        var statistics = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/statistics", cancellation))!;
        await using var connection = await database.ConnectAsync(cancellation);
        var published = (await connection.QueryAsync<string>("SELECT name FROM register WHERE state = 'PUBLISHED'")).ToHashSet();
        Assert.Empty(acknowledged.Keys.Except(published));
        Assert.Equal(published.Count, statistics["tables"]![0]!["total"]!.GetValue<int>());
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM OrleansStorage s LEFT JOIN register r ON r.id = s.Id WHERE s.GrainTypeString = 'offer' AND (r.id IS NULL OR r.revision <> {database.Field("Revision")})"));
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM register r WHERE r.revision <> (SELECT COUNT(*) FROM history h WHERE h.item = r.id)"));
    }

    private async Task<string> PublishNeedAsync(ExchangeProcess exchange)
    {
        using var created = await exchange.Json.PostAsJsonAsync("/v1/authorities/bb/needs?needId=k", new { title = "Offers written", summary = "Written while the process is killed.", languageCode = "en", goals = new[] { 6 } }, cancellation);
        using var published = await exchange.Json.PostAsync("/v1/authorities/bb/needs/k:publish", new StringContent("{}", null, "application/json"), cancellation);
        Assert.True(published.IsSuccessStatusCode);
        return "authorities/bb/needs/k";
    }

    /// <summary>Waits until the followers have read all history; then the list that is kept is the one that a search answers.</summary>
    private async Task CaughtUpAsync(ExchangeProcess exchange, TestDatabase database, string need)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        await using var connection = await database.ConnectAsync(cancellation);
        var behind = database.Server is null ? "h.seq > f.seq" : "(h.tx, h.seq) > (f.tx, f.seq)";
        while (await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM follower f WHERE EXISTS (SELECT 1 FROM history h WHERE h.kind IN ('offer', 'need') AND h.bucket % (SELECT COUNT(*) FROM follower) = f.partition AND {behind})") > 0)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }

        var kept = await SuggestionsAsync(exchange, need, "");
        Assert.NotEmpty(kept);
        Assert.Equal((await SuggestionsAsync(exchange, need, "&minScore=0")).Take(kept.Count), kept);
    }

    private async Task<List<string>> SuggestionsAsync(ExchangeProcess exchange, string need, string query) =>
        [.. (await exchange.Json.GetFromJsonAsync<JsonObject>($"/v1/{need}/suggestions?pageSize=50{query}", cancellation))!["suggestions"]!.AsArray().Select(suggestion => suggestion!["offer"]!.GetValue<string>())];

    private static async Task WriteAsync(ExchangeProcess exchange, string prefix, ConcurrentDictionary<string, bool> acknowledged, CancellationToken stop, params Countdown[] moments)
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
                    Array.ForEach(moments, moment => moment.Signal());
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
