using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.Identity;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace CooperaNet.Matching.EndToEndTests.Cluster;

/// <summary>A silo without a gateway, and a gateway without a silo whose account of the database may read the membership and nothing else.</summary>
[Collection(nameof(Alone))]
public sealed class FrontEndTests : IDisposable
{
    private const string Password = "of-a-server-that-lives-for-seconds";
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-front-end-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_front_end_with_a_small_account_publishes_previews_and_outlives_its_only_silo()
    {
        await using var database = await TestDatabase.StartAsync("PostgreSql", directory, cancellation);
        (string, string)[] settings = [.. database.Settings, ("Gateway__Enabled", "false"), ("Telemetry__Port", $"{ExchangeProcess.FreePort()}"), ("Cluster__SiloPort", $"{ExchangeProcess.FreePort()}"), ("Cluster__GatewayPort", $"{ExchangeProcess.FreePort()}")];
        var silo = await ExchangeProcess.Start(directory, sample: true, settings).ReadyAsync(cancellation);
        try
        {
            await AnswersOperatorsOnlyAsync(silo, settings);
            await using var frontEnd = await ExchangeProcess.StartFrontEnd(directory, await FrontEndSettingsAsync(database)).ReadyAsync(cancellation);
            await PublishAsync(frontEnd);
            var before = await UntilFoundAsync(frontEnd);

            await silo.KillAsync(cancellation);
            using var away = await AskAsync(frontEnd);
            Assert.Contains(away.StatusCode, (HttpStatusCode[])[HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout]);
            await silo.DisposeAsync();
            silo = await ExchangeProcess.Start(directory, sample: true, settings).ReadyAsync(cancellation);

            await frontEnd.ReadyAsync(cancellation); // the same process
            Assert.Equal(before["offer"]!.GetValue<string>(), (await UntilFoundAsync(frontEnd))["offer"]!.GetValue<string>());
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }

    /// <summary>Knowing the database is not enough to belong to a cluster.</summary>
    [Fact]
    public async Task A_member_with_another_certificate_reaches_nobody()
    {
        await using var database = await TestDatabase.StartAsync("PostgreSql", directory, cancellation);
        var shared = await TestCertificate.WriteAsync(directory, "shared", "Cluster");
        var other = await TestCertificate.WriteAsync(directory, "other", "Cluster");
        await using var silo = await ExchangeProcess.Start(directory, sample: true, [.. database.Settings, .. shared]).ReadyAsync(cancellation);
        await using var strangeSilo = ExchangeProcess.Start(directory, sample: false, [.. database.Settings, .. other]);
        var settings = await FrontEndSettingsAsync(database);
        await using var strangeFrontEnd = ExchangeProcess.StartFrontEnd(directory, [.. settings, .. other]);
        await using var plainFrontEnd = ExchangeProcess.StartFrontEnd(directory, settings);

        await using var frontEnd = await ExchangeProcess.StartFrontEnd(directory, [.. settings, .. shared]).ReadyAsync(cancellation);
        await PublishAsync(frontEnd);
        Assert.NotNull(await UntilFoundAsync(frontEnd)); // all partitions answer, and none of them lies with the stranger

        await Task.Delay(TimeSpan.FromSeconds(5), cancellation); // the others had several times as long as the one that belongs
        foreach (var stranger in new[] { strangeSilo, strangeFrontEnd, plainFrontEnd })
        {
            Assert.False(await IsReadyAsync(stranger));
        }

        using var answer = await AskAsync(frontEnd);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<bool> IsReadyAsync(ExchangeProcess member)
    {
        try
        {
            using var answer = await member.Json.GetAsync("/health/ready", cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it doesn't even listen
        }
    }

    private async Task AnswersOperatorsOnlyAsync(ExchangeProcess silo, (string Name, string Value)[] settings)
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => silo.Grpc.GetAsync("/", cancellation)); // nobody listens
        using var none = await silo.Json.GetAsync("/v1/statistics", cancellation);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using var operators = new HttpClient { BaseAddress = new($"http://127.0.0.1:{settings.First(setting => setting.Name == "Telemetry__Port").Value}") };
        using var ready = await operators.GetAsync("/health/ready", cancellation);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Contains("cooperanet_partition_items", await operators.GetStringAsync("/metrics", cancellation), StringComparison.Ordinal);
    }

    /// <summary>The account that docs/operations.md describes, and the silo's key as an issuer.</summary>
    private async Task<(string, string)[]> FrontEndSettingsAsync(TestDatabase database)
    {
        await database.Server!.ExecuteAsync(
            "exchange",
            $"""
            CREATE ROLE front_end LOGIN PASSWORD '{Password}';
            GRANT USAGE ON SCHEMA exchange TO front_end;
            GRANT SELECT ON exchange.orleansquery, exchange.orleansmembershiptable, exchange.orleansmembershipversiontable TO front_end;
            """,
            cancellation);
        var account = new NpgsqlConnectionStringBuilder(database.Server.ConnectionString("exchange")) { Username = "front_end", Password = Password }.ToString();
        await using (var connection = new NpgsqlConnection(account))
        {
            await connection.OpenAsync(cancellation);
            await using var texts = new NpgsqlCommand("SELECT 1 FROM exchange.orleansstorage LIMIT 1", connection);
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => texts.ExecuteScalarAsync(cancellation))).SqlState);
        }

        using var key = InstallationKey.Find(directory)!;
        var (named, shared) = (InstallationTokens.ToSecurityKey(key), key.ExportParameters(includePrivateParameters: false).Q);
        var file = Path.Combine(directory, "keys.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { keys = new[] { new { kty = "EC", crv = "P-256", kid = named.KeyId, x = Base64UrlEncoder.Encode(shared.X), y = Base64UrlEncoder.Encode(shared.Y) } } }), cancellation);
        return [("Storage__ConnectionString", account), ("Identity__Issuers__0__Issuer", InstallationTokens.Issuer), ("Identity__Issuers__0__JwksFile", file)];
    }

    private async Task PublishAsync(ExchangeProcess frontEnd)
    {
        using var created = await frontEnd.Json.PostAsJsonAsync("/v1/authorities/uy/offers?offerId=wool", new { title = "Telares de lana y tintes naturales", summary = "Tejedoras enseñan a hilar y teñir lana.", languageCode = "es" }, cancellation);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync(cancellation));
        using var published = await frontEnd.Json.PostAsJsonAsync("/v1/authorities/uy/offers/wool:publish", new { }, cancellation);
        Assert.True(published.IsSuccessStatusCode, await published.Content.ReadAsStringAsync(cancellation));
    }

    private Task<HttpResponseMessage> AskAsync(ExchangeProcess frontEnd) =>
        frontEnd.Json.PostAsJsonAsync("/v1/suggestions:preview", new { need = new { title = "Telares y tintes naturales para lana", languageCode = "es" }, pageSize = 1 }, cancellation);

    /// <summary>The suggestion, once the index followed and all partitions answer.</summary>
    private async Task<JsonNode> UntilFoundAsync(ExchangeProcess frontEnd)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var answer = await AskAsync(frontEnd);
            if (answer.IsSuccessStatusCode && (await answer.Content.ReadFromJsonAsync<JsonObject>(patience.Token))!["suggestions"]!.AsArray() is [{ } found] && found["offer"]!.GetValue<string>() == "authorities/uy/offers/wool")
            {
                return found;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
