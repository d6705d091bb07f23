using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Dapper;

namespace CooperaNet.Matching.EndToEndTests.Cluster;

/// <summary>Silos on hosts of their own, who show each other the cluster's certificate, when the network between them or to the database is cut.</summary>
[Collection(nameof(Alone))]
public sealed class NetworkTests : IAsyncLifetime
{
    private const int Hosts = 3;
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-network-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly List<ExchangeProcess> silos = [];
    private TestNetwork? network;
    private TestDatabase? database;

    public async ValueTask InitializeAsync()
    {
        network = await TestNetwork.StartAsync(Hosts);
        database = await TestDatabase.StartAsync("PostgreSql", directory, cancellation, network.Database);
        var certificate = await TestCertificate.WriteAsync(directory, "certificate", "Cluster");
        for (var host = 0; host < Hosts; host++)
        {
            silos.Add(await ExchangeProcess.StartInNetwork(
                network.Name(host), network.Address(host), directory,
                [
                    .. database.Settings, ("Matching__Partitions", "4"), ("Matching__BalancePeriod", "00:00:01"),
                    .. certificate, .. certificate.Select(setting => (setting.Name.Replace("Cluster", "Gateway", StringComparison.Ordinal), setting.Value)),
                    ("Identity__Issuers__0__Issuer", "https://issuer.example.org"), ("Identity__Issuers__0__JwksFile", await KeySetAsync()),
                ]).ReadyAsync(cancellation));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
            var defect = (await silo.OutputAsync()).Split('\n').SkipWhile(line => !line.Contains("failed by a defect", StringComparison.Ordinal)).Take(30);
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', defect));
        }

        if (database is not null)
        {
            await database.DisposeAsync();
        }

        if (network is not null)
        {
            await network.DisposeAsync();
        }

        Directory.Delete(directory, recursive: true);
    }

    /// <summary>The silo that was cut off is taken for dead, or the others are: whoever is left answers completely, and nothing acknowledged is lost.</summary>
    [Fact]
    public async Task A_silo_that_the_others_cannot_reach_costs_seconds_and_no_acknowledged_write()
    {
        var acknowledged = new List<string>();
        await WriteAsync(silos[0], "before", 5, acknowledged);
        for (var other = 0; other < Hosts - 1; other++)
        {
            await network!.CutAsync(Hosts - 1, network.Address(other));
        }

        var cut = Stopwatch.StartNew();
        while (!(await Task.WhenAll(silos.Select(AnswersCompletelyAsync))).Contains(true))
        {
            Assert.True(cut.Elapsed < TimeSpan.FromSeconds(20), "No silo answers.");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"answered {cut.Elapsed.TotalSeconds:0.0} s after the cut");
        foreach (var (silo, i) in silos.Select((silo, i) => (silo, i)))
        {
            await WriteAsync(silo, $"during-{i}", 5, acknowledged);
        }

        Assert.True(acknowledged.Count > 5, "No silo took a write while one was cut off.");
        await AssertKeptAsync(acknowledged);
    }

    /// <summary>What needs the database is refused for as long as it can't be reached, at once rather than late; when it is back, everything goes on.</summary>
    [Fact]
    public async Task A_silo_that_cannot_reach_the_database_refuses_and_goes_on_afterwards()
    {
        var acknowledged = new List<string>();
        await WriteAsync(silos[2], "before", 5, acknowledged);
        await network!.CutAsync(2, network.Database);

        foreach (var (silo, i) in silos.Select((silo, i) => (silo, i)))
        {
            await WriteAsync(silo, $"during-{i}", 5, acknowledged);
        }

        await network.CutAsync(2, network.Database, isCut: false);
        var back = Stopwatch.StartNew();
        var before = acknowledged.Count;
        while (acknowledged.Count < before + 5)
        {
            Assert.True(back.Elapsed < TimeSpan.FromSeconds(30), "The silo doesn't write again.");
            await WriteAsync(silos[2], $"after-{back.ElapsedMilliseconds}", 5, acknowledged);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"wrote again {back.Elapsed.TotalSeconds:0.0} s after the database was back");
        await AssertKeptAsync(acknowledged);
    }

    private async Task WriteAsync(ExchangeProcess silo, string id, int count, List<string> acknowledged)
    {
        for (var i = 0; i < count; i++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            try
            {
                using var created = await silo.Json.PostAsJsonAsync($"/v1/authorities/pe/offers?offerId={id}-{i}&requestId={id}-{i}", new { title = $"Offer {id} {i}", languageCode = "en" }, patience.Token);
                Assert.True(created.IsSuccessStatusCode || created.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout, $"{created.StatusCode}: {await created.Content.ReadAsStringAsync(cancellation)}");
                if (created.IsSuccessStatusCode)
                {
                    acknowledged.Add($"authorities/pe/offers/{id}-{i}");
                }
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                return; // this silo took itself for dead and ended, or does not answer in time
            }
        }
    }

    private async Task<bool> AnswersCompletelyAsync(ExchangeProcess silo)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var answer = await silo.Json.PostAsJsonAsync("/v1/suggestions:preview", new { need = new { title = "Rural water supply", languageCode = "en" } }, patience.Token);
            return answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync(patience.Token)).Contains("\"unreachable\":0", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task AssertKeptAsync(IEnumerable<string> acknowledged)
    {
        await using var connection = await database!.ConnectAsync(cancellation);
        Assert.Empty(acknowledged.Except(await connection.QueryAsync<string>("SELECT name FROM register")));
    }

    /// <summary>Of an issuer that never issues: beyond loopback a gateway wants one.</summary>
    private async Task<string> KeySetAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        var file = Path.Combine(directory, "keys.json");
        await File.WriteAllTextAsync(file, $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"one","use":"sig","alg":"ES256","x":"{{Base64Url(point.X!)}}","y":"{{Base64Url(point.Y!)}}"}]}""", cancellation);
        return file;

        static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
