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

    /// <summary>Ten times: publish with eight writers, kill -9 at a random moment, start again. What was acknowledged is there, once; register, states, history and figures agree.</summary>
    [Fact]
    public async Task Nothing_acknowledged_is_lost_over_ten_kills()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var acknowledged = new ConcurrentDictionary<string, bool>();
        for (var round = 0; round < 10; round++)
        {
            await using var exchange = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
            using var stop = new CancellationTokenSource();
            var writers = Enumerable.Range(0, 8).Select(writer => WriteAsync(exchange, $"k-{round}-{writer}", acknowledged, stop.Token)).ToArray();
            await Task.WhenAny(Task.WhenAll(writers), Task.Delay(random.Next(100, 900), cancellation));
            await exchange.KillAsync(cancellation);
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        await using var last = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        Assert.NotEmpty(acknowledged);
        var statistics = (await last.Json.GetFromJsonAsync<JsonObject>("/v1/statistics", cancellation))!;
        await last.StopAsync(cancellation);
        await using var database = new SqliteConnection($"Data Source={Path.Combine(directory, "exchange.db")};Mode=ReadOnly;Pooling=False");
        var published = (await database.QueryAsync<string>("SELECT name FROM register WHERE state = 'PUBLISHED'")).ToHashSet();
        Assert.Empty(acknowledged.Keys.Except(published));
        Assert.Equal(published.Count, statistics["tables"]![0]!["total"]!.GetValue<int>());
        Assert.Equal(0, await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM OrleansStorage s LEFT JOIN register r ON r.id = s.Id WHERE s.GrainTypeString = 'offer' AND (r.id IS NULL OR r.revision <> CAST(s.PayloadBinary AS TEXT) ->> '$.Revision')"));
        Assert.Equal(0, await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM register r WHERE r.revision <> (SELECT COUNT(*) FROM history h WHERE h.item = r.id)"));
        Assert.Equal("ok", await database.ExecuteScalarAsync<string>("PRAGMA integrity_check"));
    }

    private static async Task WriteAsync(ExchangeProcess exchange, string prefix, ConcurrentDictionary<string, bool> acknowledged, CancellationToken stop)
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
                }
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
            {
                return; // killed
            }
        }
    }
}
