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

    [Theory]
    [InlineData("Gateway__Address", "0.0.0.0", "loopback")]
    [InlineData("Matching__Partitions", "0", "Partitions")]
    [InlineData("Matching__Model", "/nowhere/model.bin", "/nowhere/model.bin")]
    [InlineData("Exchange__LoadSample", "true", "never goes into a Production exchange")]
    public async Task A_wrong_setting_is_named(string name, string value, string said)
    {
        await using var exchange = ExchangeProcess.Start(directory, false, (name, value));

        await AssertRefusedAsync(exchange, said);
    }

    private async Task AssertRefusedAsync(ExchangeProcess exchange, string said)
    {
        var (exitCode, errors) = await exchange.EndAsync(cancellation);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }
}
