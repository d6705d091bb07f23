using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The audit of the built program: acting for an authority by the client, sealing, <c>verify</c> while it runs, tampering, <c>erase</c>.</summary>
public sealed partial class AuditTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-audit-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task What_the_Secretariat_did_for_an_authority_is_told_sealed_verified_and_can_lose_its_person()
    {
        var data = Path.Combine(directory, "data");
        var file = Path.Combine(directory, "catalogue.csv");
        await File.WriteAllTextAsync(file, "code,title,language\nB-1,Coral nurseries,en\nB-2,Beach monitoring,en\n", cancellation);
        string seal;
        await using (var exchange = await ExchangeProcess.Start(data).ReadyAsync(cancellation))
        {
            var secretariat = await exchange.TokenAsync();
            Assert.Equal(2, (await ClientProcess.RunAsync(exchange, cancellation, "import", file, "--authority", "bb", "--publish", "--token", await TokenAsync(data, "--instruction", ""))).Code);
            var (code, _) = await ClientProcess.RunAsync(exchange, cancellation, "import", file, "--authority", "bb", "--publish", "--token", secretariat, "--instruction", "note of 2026-03-02");
            Assert.Equal(0, code);

            var actions = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/authorities/bb/actionsOnBehalf?openOnly=true", cancellation))!["actions"]!.AsArray();
            Assert.Equal((2, "note of 2026-03-02"), (actions.Count, actions[0]!["instruction"]!.GetValue<string>()));
            for (var isSealed = false; !isSealed;)
            {
                isSealed = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/auditEvents?pageSize=1", cancellation))!["events"]![0]!["sealed"]!.GetValue<bool>();
            }

            var (sound, said, errors) = await VerifyAsync(data);
            Assert.Equal((0, ""), (sound, errors));
            seal = LastSeal().Match(said).Groups[1].Value;
            Assert.Equal(64, seal.Length);
            await exchange.StopAsync(cancellation);
        }

        await using (var erase = ExchangeProcess.Command(data, ["erase", "token-verb:secretariat"]))
        {
            Assert.Equal((0, ""), await erase.EndAsync(cancellation));
        }

        Assert.Equal((0, ""), (await VerifyAsync(data, "--expect", seal)) is var (code2, _, errors2) ? (code2, errors2) : default);
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(data, "exchange.db")};Pooling=False"))
        {
            Assert.Equal(0, await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM history_person WHERE who LIKE '%secretariat%'"));
            Assert.Equal(0, await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM OrleansStorage WHERE CAST(PayloadBinary AS TEXT) LIKE '%token-verb:secretariat%'"));
            await database.ExecuteAsync("UPDATE history SET instruction = 'note of 2027-01-01' WHERE on_behalf_of <> ''");
        }

        var (tampered, _, findings) = await VerifyAsync(data);
        Assert.Equal(1, tampered);
        Assert.Contains("is broken: one of them was changed", findings, StringComparison.Ordinal);
    }

    /// <summary>A token of the command <c>token</c> states an instruction for whoever develops; the item and the audit tell it.</summary>
    [Fact]
    public async Task A_token_may_state_the_instruction_for_all_its_requests()
    {
        var data = Path.Combine(directory, "data");
        await using var exchange = await ExchangeProcess.Start(data).ReadyAsync(cancellation);
        foreach (var (id, arguments, instruction) in new[] { ("by-default", Array.Empty<string>(), "local development"), ("by-note", ["--instruction", "note of 2026-03-02"], "note of 2026-03-02") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/authorities/bb/offers?offerId={id}") { Content = JsonContent.Create(new { title = "Coral nurseries", languageCode = "en" }) };
            request.Headers.Authorization = new("Bearer", await TokenAsync(data, arguments));
            using var answer = await exchange.Json.SendAsync(request, cancellation);
            var entry = (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!["entryOnBehalf"]!;

            Assert.Equal(("authorities/bb", instruction), (entry["participant"]!.GetValue<string>(), entry["instruction"]!.GetValue<string>()));
        }
    }

    private async Task<string> TokenAsync(string data, params string[] arguments)
    {
        await using var command = ExchangeProcess.Command(data, ["token", "--role", "secretariat", .. arguments]);
        Assert.Equal((0, ""), await command.EndAsync(cancellation));
        return (await command.OutputAsync()).TrimEnd().Split('\n')[^1];
    }

    private async Task<(int Code, string Output, string Errors)> VerifyAsync(string data, params string[] arguments)
    {
        await using var verify = ExchangeProcess.Command(data, ["verify", .. arguments], ("ASPNETCORE_ENVIRONMENT", "Production"));
        var (code, errors) = await verify.EndAsync(cancellation);
        return (code, await verify.OutputAsync(), errors);
    }

    [GeneratedRegex("Last seal: ([0-9a-f]+)")]
    private static partial Regex LastSeal();
}
