using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.Benchmarks;
using Dapper;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The command <c>load</c> on both databases: what it wrote is what the grains would have written.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-load-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task Loaded_items_are_suggested_counted_changed_and_verified_like_any_other(string provider)
    {
        await using var database = await TestDatabase.StartAsync(provider, directory, cancellation);
        var file = Path.Combine(directory, "offers.jsonl");
        await File.WriteAllLinesAsync(file, Lines(300), cancellation);
        await using (var empty = await ExchangeProcess.Start(directory, false, database.Settings).ReadyAsync(cancellation))
        {
            await PublishAsync(empty, "authorities/bb/needs", "needId=water", new { title = "Riego y agua rural", summary = "Agua de riego para cultivos en zonas rurales.", languageCode = "es", goals = new[] { 6 } });
            var (refused, reason, _) = await LoadAsync(file, database); // while it runs
            Assert.Equal(1, refused);
            Assert.Contains(provider == "Sqlite" ? "already uses the storage folder" : ": stop it first.", reason, StringComparison.Ordinal);
            Assert.Equal(0, (await empty.StopAsync(cancellation)).ExitCode);
        }

        var (code, errors, output) = await LoadAsync(file, database);
        Assert.Equal((1, 3), (code, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length)); // the lines that are wrong, told with number and field
        Assert.Contains("Line 301 is refused", errors, StringComparison.Ordinal);
        Assert.Contains("authorities/zz", errors, StringComparison.Ordinal);
        Assert.Contains("offer.goals", errors, StringComparison.Ordinal);
        Assert.Contains("300 items loaded", output, StringComparison.Ordinal);
        Assert.Contains("0 items loaded", (await LoadAsync(file, database)).Output, StringComparison.Ordinal); // the same once more changes nothing

        await using var exchange = await ExchangeProcess.Start(directory, false, database.Settings).ReadyAsync(cancellation);
        var offers = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/authorities/pe/offers?pageSize=1", cancellation))!["offers"]![0]!;
        var name = offers["name"]!.GetValue<string>();
        using var updated = await exchange.Json.PatchAsync($"/v1/{name}?updateMask=title", new StringContent(JsonSerializer.Serialize(new { title = "Another title", etag = offers["etag"]!.GetValue<string>() }), null, "application/json"), cancellation);
        Assert.True(updated.IsSuccessStatusCode, await updated.Content.ReadAsStringAsync(cancellation)); // by its grain, which found the state under its key
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while ((await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/authorities/bb/needs/water/suggestions", patience.Token))!["suggestions"]!.AsArray().Count == 0)
        {
            await Task.Delay(50, patience.Token);
        }

        Assert.Equal(301, (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/statistics", cancellation))!["tables"]![0]!["total"]!.GetValue<int>());
        await using var connection = await database.ConnectAsync(cancellation);
        Assert.Equal(300, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM OrleansStorage WHERE GrainTypeString = 'offer'")); // the update met its row
        await using var verify = ExchangeProcess.Command(directory, ["verify"], database.Settings);
        var verified = await verify.EndAsync(cancellation);
        Assert.True(verified.ExitCode == 0, verified.Errors);
    }

    private static IEnumerable<string> Lines(int count)
    {
        var random = new Random(3);
        for (var i = 0; i < count; i++)
        {
            yield return JsonSerializer.Serialize(new { sourceReference = $"L-{i}", parent = "authorities/pe", kind = "OFFER", languageCode = "es", title = $"Oferta número {i}", summary = SyntheticTexts.Summary(random, 60), goals = new[] { 6 }, areasOfFocus = new[] { "culture" } });
        }

        yield return "not JSON";
        yield return """{"sourceReference":"Z-1","parent":"authorities/zz","kind":"OFFER","title":"Of a state that is none"}""";
        yield return """{"sourceReference":"Z-2","parent":"authorities/pe","kind":"OFFER","title":"A goal that is none","goals":[18]}""";
    }

    private async Task<(int Code, string Errors, string Output)> LoadAsync(string file, TestDatabase database)
    {
        await using var load = ExchangeProcess.Command(directory, ["load", file], database.Settings);
        var (code, errors) = await load.EndAsync(cancellation);
        return (code, errors, await load.OutputAsync());
    }

    private async Task PublishAsync(ExchangeProcess exchange, string collection, string id, object item)
    {
        using var created = await exchange.Json.PostAsJsonAsync($"/v1/{collection}?{id}", item, cancellation);
        var name = (await created.Content.ReadFromJsonAsync<JsonObject>(cancellation))!["name"]!.GetValue<string>();
        using var published = await exchange.Json.PostAsync($"/v1/{name}:publish", new StringContent("{}", null, "application/json"), cancellation);
        Assert.True(published.IsSuccessStatusCode);
    }
}
