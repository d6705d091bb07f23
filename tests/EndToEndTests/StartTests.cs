using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.EndToEndTests;

public sealed class StartTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-e2e-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task The_sample_shows_the_corrected_figures_and_each_Spanish_need_gets_a_suggestion()
    {
        await using var exchange = await ExchangeProcess.Start(directory, sample: true).ReadyAsync(cancellation);

        var statistics = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/statistics", cancellation))!;
        string Table(string id) => string.Join(" ", statistics["tables"]!.AsArray().Single(table => table!["id"]!.GetValue<string>() == id)!["rows"]!.AsArray().Select(row => row!["count"]!.GetValue<int>()));
        Assert.Equal("229 1 8", Table("type"));
        Assert.Equal("102 1 1 1 1 1 1 1 124 1 3 1", Table("country"));
        Assert.Equal("16 16 4 1 12 13 107 20 0 0 91", Table("area"));
        Assert.Equal("8 33 15 17 5 10 2 19 18 11 34 35 27 26 20 40 106", Table("goal"));
        Assert.Equal("5 0 29 0", Table("account"));
        Assert.Contains("99.9", statistics["tables"]![1]!["footnote"]!.GetValue<string>(), StringComparison.Ordinal);

        var needs = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/authorities/-/needs", cancellation))!["needs"]!.AsArray();
        foreach (var need in needs)
        {
            var answer = (await exchange.Json.GetFromJsonAsync<JsonObject>($"/v1/{need!["name"]}/suggestions", cancellation))!;
            Assert.True(answer["suggestions"]!.AsArray().Count > 0 || (need["languageCode"]!.GetValue<string>() == "en" && answer["abstention"]!["reason"]!.GetValue<string>().Length > 0), need["title"]!.GetValue<string>());
        }

        var (exitCode, time) = await exchange.StopAsync(cancellation);
        Assert.Equal(0, exitCode);
        Assert.True(time < TimeSpan.FromSeconds(5), $"took {time}");
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused()
    {
        await using var first = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        await using var second = ExchangeProcess.Start(directory);

        await AssertRefusedAsync(second, "Another process already uses the storage folder");
    }

    [Fact]
    public async Task A_busy_port_is_named()
    {
        await using var first = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        await using var second = ExchangeProcess.Start(Path.Combine(directory, "other"), false, ("Gateway__JsonPort", $"{first.Json.BaseAddress!.Port}"));

        await AssertRefusedAsync(second, "a port is taken");
    }

    [Theory]
    [InlineData("Gateway__Address", "0.0.0.0", "not a loopback address")]
    [InlineData("Cluster__Address", "192.0.2.1", "not a loopback address")]
    [InlineData("Telemetry__Address", "nowhere", "not an IP address")]
    public async Task What_would_listen_in_the_clear_or_nowhere_is_named(string setting, string value, string said)
    {
        await using var database = await TestDatabase.StartAsync(setting.StartsWith("Cluster", StringComparison.Ordinal) ? "PostgreSql" : "Sqlite", directory, cancellation); // which has members
        await using var exchange = ExchangeProcess.Start(directory, false, [.. database.Settings, (setting, value), ("Telemetry__Port", $"{ExchangeProcess.FreePort()}")]);

        await AssertRefusedAsync(exchange, $"{setting}={value} is {said}");
    }

    [Fact]
    public async Task A_corrupt_file_is_refused_and_left_as_it_is()
    {
        var file = Path.Combine(directory, "exchange.db");
        await File.WriteAllTextAsync(file, new string('x', 8192), cancellation);
        await using var exchange = ExchangeProcess.Start(directory);

        await AssertRefusedAsync(exchange, "not a sound SQLite database");
        Assert.Equal(new string('x', 8192), await File.ReadAllTextAsync(file, cancellation));
    }

    [Fact]
    public async Task A_database_newer_than_the_program_is_refused()
    {
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "exchange.db")};Pooling=False"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 999";
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await using var exchange = ExchangeProcess.Start(directory);
        await AssertRefusedAsync(exchange, "newer than this program");
    }

    [Fact]
    public async Task A_read_only_folder_is_named()
    {
        await using var exchange = ExchangeProcess.StartMounted($"mount --bind '{directory}' '{directory}'; mount -o remount,ro,bind '{directory}'", directory);

        await AssertRefusedAsync(exchange, $"The storage folder '{directory}' cannot be written");
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory));
    }

    [Fact]
    public async Task A_disk_too_full_to_start_is_named()
    {
        await using var exchange = ExchangeProcess.StartMounted($"mount -t tmpfs -o size=16k tmpfs '{directory}'", directory);

        await AssertRefusedAsync(exchange, "is full");
    }

    /// <summary>Writes until the disk is full: what was acknowledged is there, reading goes on, and a start with room goes on from it.</summary>
    [Fact]
    public async Task A_disk_that_fills_up_refuses_writes_and_loses_nothing()
    {
        var (full, saved) = (Directory.CreateDirectory(Path.Combine(directory, "full")).FullName, Directory.CreateDirectory(Path.Combine(directory, "saved")).FullName);
        var acknowledged = 0;
        await using (var exchange = await ExchangeProcess.StartMounted($"mount -t tmpfs -o size=6m tmpfs '{full}'", full, then: $"cp '{full}'/exchange.db* '{saved}'").ReadyAsync(cancellation))
        {
            var text = new string('x', 9_000);
            while (true)
            {
                using var answer = await exchange.Json.PostAsJsonAsync($"/v1/authorities/pe/offers?offerId=full-{acknowledged}", new { title = "Fills the disk", summary = text, languageCode = "en" }, cancellation);
                if (!answer.IsSuccessStatusCode)
                {
                    Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                    break;
                }

                acknowledged++;
            }

            Assert.NotEqual(0, acknowledged);
            using var read = await exchange.Json.GetAsync($"/v1/authorities/pe/offers/full-{acknowledged - 1}", cancellation);
            Assert.True(read.IsSuccessStatusCode);
            Assert.Equal(0, (await exchange.StopAsync(cancellation)).ExitCode);
        }

        await using var roomy = await ExchangeProcess.Start(saved).ReadyAsync(cancellation);
        using var last = await roomy.Json.GetAsync($"/v1/authorities/pe/offers/full-{acknowledged - 1}", cancellation);
        using var next = await roomy.Json.PostAsJsonAsync("/v1/authorities/pe/offers?offerId=after", new { title = "There is room again", languageCode = "en" }, cancellation);
        Assert.Equal((true, true), (last.IsSuccessStatusCode, next.IsSuccessStatusCode));
    }

    [Fact]
    public async Task Another_number_of_partitions_needs_the_command_and_changes_no_suggestion()
    {
        string before;
        await using (var first = await ExchangeProcess.Start(directory, sample: true).ReadyAsync(cancellation))
        {
            before = await SuggestionsAsync(first);
            await first.StopAsync(cancellation);
        }

        await using var refused = ExchangeProcess.Start(directory, sample: true, ("Matching__Partitions", "3"));
        await AssertRefusedAsync(refused, "'repartition 3'");
        await using var unread = ExchangeProcess.Command(directory, ["repartition", "many"]);
        await AssertRefusedAsync(unread, "'repartition many' cannot be read");
        await using var command = ExchangeProcess.Command(directory, ["repartition", "3"]);
        Assert.Equal((0, ""), await command.EndAsync(cancellation));

        await using var second = await ExchangeProcess.Start(directory, sample: true, ("Matching__Partitions", "3")).ReadyAsync(cancellation);
        Assert.Equal(before, await SuggestionsAsync(second));
    }

    [Theory]
    [InlineData("Gateway__Address", "0.0.0.0", "loopback")]
    [InlineData("Gateway__Certificate__Path", "/nowhere/certificate.pem", "Gateway__Certificate__Path=/nowhere/certificate.pem cannot be used")]
    [InlineData("Identity__Issuers__0__Issuer", "https://issuer.example.org", "Identity__Issuers__0: give either MetadataAddress or JwksFile")]
    [InlineData("Identity__Issuers__0__MetadataAddress", "http://issuer.example.org/metadata", "is not an https address")]
    [InlineData("Identity__Issuers__0__JwksFile", "/nowhere/keys.json", "'/nowhere/keys.json' does not exist")]
    [InlineData("Gateway__AllowedOrigins__0", "*", "is not an origin")]
    [InlineData("Gateway__AllowedOrigins__0", "https://example.org/page", "is not an origin")]
    [InlineData("Matching__Partitions", "0", "Partitions")]
    [InlineData("Matching__Model", "/nowhere/model.bin", "/nowhere/model.bin")]
    [InlineData("Matching__Encoder__Onnx__Model", "model.onnx", "Matching__Encoder__Onnx__Tokenizer is not set")]
    [InlineData("Matching__Encoder__Onnx__Pooling", "Max", "'Max' at 'Matching:Encoder:Onnx:Pooling'")]
    [InlineData("Exchange__LoadSample", "true", "never goes into a Production exchange")]
    public async Task A_wrong_setting_is_named(string name, string value, string said)
    {
        await using var exchange = ExchangeProcess.Start(directory, false, ("ASPNETCORE_ENVIRONMENT", "Production"), (name, value));

        await AssertRefusedAsync(exchange, said);
    }

    [Fact]
    public async Task A_sentence_model_that_is_not_there_is_named()
    {
        var tokenizer = Path.Combine(directory, "vocab.txt");
        await using var exchange = ExchangeProcess.Start(directory, false, ("Matching__Encoder__Onnx__Model", "/nowhere/model.onnx"), ("Matching__Encoder__Onnx__Tokenizer", tokenizer));

        await AssertRefusedAsync(exchange, "cannot start: Matching__Encoder__Onnx__Model '/nowhere/model.onnx': the file does not exist.");
    }

    /// <summary>The suggestions of all needs, computed anew.</summary>
    private async Task<string> SuggestionsAsync(ExchangeProcess exchange)
    {
        var needs = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/authorities/-/needs", cancellation))!["needs"]!.AsArray();
        var suggestions = await Task.WhenAll(needs.Select(async need => (await exchange.Json.GetFromJsonAsync<JsonObject>($"/v1/{need!["name"]}/suggestions?minScore=0", cancellation))!["suggestions"]!.ToJsonString()));
        return string.Join("\n", suggestions);
    }

    private async Task AssertRefusedAsync(ExchangeProcess exchange, string said)
    {
        var (exitCode, errors) = await exchange.EndAsync(cancellation);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }
}
