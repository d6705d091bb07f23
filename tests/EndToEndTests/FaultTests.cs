using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.Benchmarks;
using CooperaNet.Matching.Benchmarks.Load;
using Dapper;
using Npgsql;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>What else goes wrong in a machine room: clocks, disks, connections, an end in the middle of reading. COOPERANET_ROUNDS repeats what is random.</summary>
[Collection(nameof(Alone))]
public sealed class FaultTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-fault-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_clock_that_jumps_hours_on_and_back_loses_nothing_and_stops_nothing()
    {
        var library = new[] { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu" }.Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(library is not null || Environment.GetEnvironmentVariable("CI") is not null, "A clock of its own needs Debian's package faketime.");
        var clock = Path.Combine(directory, "clock");
        await File.WriteAllTextAsync(clock, "+0", cancellation);
        var data = Path.Combine(directory, "data");
        await using var exchange = await ExchangeProcess.Start(data, false, ("LD_PRELOAD", library!), ("FAKETIME_TIMESTAMP_FILE", clock), ("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")).ReadyAsync(cancellation);
        var token = await exchange.TokenAsync("authorities/pe");
        foreach (var (jump, i) in new[] { "+0", "+10m", "+0" }.Select((jump, i) => (jump, i))) // further jumps would end the token
        {
            await File.WriteAllTextAsync(clock, jump, cancellation);
            await PublishAsync(exchange, $"jump-{i}", token);
        }

        foreach (var jump in new[] { "+2h", "-1h" })
        {
            await File.WriteAllTextAsync(clock, jump, cancellation);
            var now = DateTimeOffset.UtcNow + TimeSpan.FromHours(jump == "+2h" ? 2 : -1);
            await EventuallyAsync(async () => Math.Abs((DateTimeOffset.Parse((await PreviewAsync(exchange))["asOfTime"]!.GetValue<string>(), CultureInfo.InvariantCulture) - now).TotalMinutes) < 10);
        }

        await File.WriteAllTextAsync(clock, "+0", cancellation);
        Assert.Equal(3, (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/statistics", cancellation))!["tables"]![0]!["total"]!.GetValue<int>());
        Assert.Equal(0, (await exchange.StopAsync(cancellation)).ExitCode);
        await VerifiedAsync(data, []);
    }

    [Fact]
    public async Task With_four_connections_and_a_disk_that_takes_50_ms_a_commit_calls_are_late_or_refused_and_nothing_is_lost()
    {
        await using var database = await TestDatabase.StartAsync("PostgreSql", directory, cancellation);
        await database.Server!.ExecuteAsync("postgres", "ALTER SYSTEM SET commit_delay = 50000", cancellation);
        await database.Server.ExecuteAsync("postgres", "ALTER SYSTEM SET commit_siblings = 0", cancellation);
        await database.Server.ExecuteAsync("postgres", "SELECT pg_reload_conf()", cancellation);
        var few = new NpgsqlConnectionStringBuilder(database.Settings[1].Value) { MaxPoolSize = 4, Timeout = 4 };
        await using var exchange = await ExchangeProcess.Start(directory, true, ("Storage__Provider", "PostgreSql"), ("Storage__ConnectionString", few.ToString())).ReadyAsync(cancellation);
        var token = await exchange.TokenAsync("authorities/pe");

        var report = await LoadDriver.RunAsync(new() { Gateways = [exchange.Grpc.BaseAddress!.ToString()], Token = () => token, Rate = 40, Duration = TimeSpan.FromSeconds(8) }, null, cancellation);

        TestContext.Current.TestOutputHelper?.WriteLine(report.ToTable());
        Assert.All(report.Outcomes.Where(outcome => outcome.Failure is not null), outcome => Assert.True(outcome.Failure!.StartsWith("Unavailable", StringComparison.Ordinal) || outcome.Failure.StartsWith("DeadlineExceeded", StringComparison.Ordinal), outcome.Failure));
        Assert.NotEmpty(report.Acknowledged);
        await using var connection = await database.ConnectAsync(cancellation);
        Assert.Empty(report.Acknowledged.Except(await connection.QueryAsync<string>("SELECT name FROM register WHERE state = 'PUBLISHED'")));
        await EventuallyAsync(async () => (await PreviewAsync(exchange))["suggestions"]!.AsArray().Count > 0);
    }

    [Fact]
    public async Task A_process_killed_while_it_reads_its_index_reads_it_again()
    {
        await using (var empty = await ExchangeProcess.Start(directory).ReadyAsync(cancellation))
        {
            await empty.StopAsync(cancellation);
        }

        var file = Path.Combine(directory, "offers.jsonl");
        var random = new Random(5);
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 3_000).Select(i => JsonSerializer.Serialize(new { sourceReference = $"L-{i}", parent = "authorities/pe", kind = "OFFER", languageCode = "es", title = $"Riego y agua {i}", summary = SyntheticTexts.Summary(random, 60) })), cancellation);
        await using (var load = ExchangeProcess.Command(directory, ["load", file]))
        {
            Assert.Equal(0, (await load.EndAsync(cancellation)).ExitCode);
        }

        var rounds = Variables.Of("COOPERANET_ROUNDS", 2);
        for (var round = 0; round < rounds; round++)
        {
            await using var killed = ExchangeProcess.Start(directory);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1_000, 5_000)), cancellation);
            await killed.KillAsync(cancellation);
        }

        await using var last = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        Assert.Equal(100, (await last.Json.GetFromJsonAsync<JsonObject>("/v1/exchange:search?query=riego&pageSize=100", cancellation))!["hits"]!.AsArray().Count);
    }

    private async Task PublishAsync(ExchangeProcess exchange, string id, string token)
    {
        foreach (var (path, body) in new (string, object)[] { ($"/v1/authorities/pe/offers?offerId={id}", new { title = $"Offer {id}", languageCode = "en" }), ($"/v1/authorities/pe/offers/{id}:publish", new { }) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { Authorization = new("Bearer", token) } };
            using var answer = await exchange.Json.SendAsync(request, cancellation);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        }
    }

    private async Task<JsonObject> PreviewAsync(ExchangeProcess exchange)
    {
        using var anonymous = new HttpClient { BaseAddress = exchange.Json.BaseAddress };
        using var answer = await anonymous.PostAsJsonAsync("/v1/suggestions:preview", new { need = new { title = "Rural water supply and irrigation", languageCode = "en" }, minScore = 0 }, cancellation);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
    }

    private async Task EventuallyAsync(Func<Task<bool>> question)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await question())
        {
            await Task.Delay(100, patience.Token);
        }
    }

    private async Task VerifiedAsync(string folder, (string Name, string Value)[] settings)
    {
        await using var verify = ExchangeProcess.Command(folder, ["verify"], settings);
        var (code, errors) = await verify.EndAsync(cancellation);
        Assert.True(code == 0, errors);
    }
}
