using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The program on a PostgreSQL server: it does what it does on SQLite, and says in one sentence why it cannot start.</summary>
public sealed class PostgreSqlStartTests : IAsyncLifetime
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-pgstart-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private TestDatabase database = null!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.StartAsync("PostgreSql", directory, cancellation);

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task The_sample_gives_the_same_figures_and_suggestions_as_on_SQLite()
    {
        var embedded = Directory.CreateDirectory(Path.Combine(directory, "embedded")).FullName;
        string expected;
        await using (var exchange = await ExchangeProcess.Start(embedded, sample: true).ReadyAsync(cancellation))
        {
            expected = await TellAsync(exchange);
        }

        await using var first = await ExchangeProcess.Start(directory, true, database.Settings).ReadyAsync(cancellation);
        Assert.Equal(expected, await TellAsync(first));
        Assert.Equal(0, (await first.StopAsync(cancellation)).ExitCode);
        Assert.False(File.Exists(Path.Combine(directory, "exchange.db")));
        await using var second = await ExchangeProcess.Start(directory, true, database.Settings).ReadyAsync(cancellation);
        Assert.Equal(expected, await TellAsync(second));
    }

    [Fact]
    public async Task What_stands_in_the_way_is_said_in_one_sentence()
    {
        var connectionString = database.Settings[1].Value;
        await AssertRefusedAsync(connectionString.Replace(database.Server!.Password, "wr0ng-one", StringComparison.Ordinal), "refuses the account 'owner' or its password");
        await AssertRefusedAsync(connectionString + ";Database=nowhere", "There is no database 'nowhere'");
        await AssertRefusedAsync(connectionString + ";Port=1", "cannot be reached");
        await AssertRefusedAsync("", "neither Storage__ConnectionString nor Storage__ConnectionStringFile is set");
        await using (var exchange = await ExchangeProcess.Start(directory, false, database.Settings).ReadyAsync(cancellation))
        {
            await exchange.StopAsync(cancellation);
        }

        await database.Server.ExecuteAsync("exchange", "INSERT INTO schema_version(version) VALUES (999)", cancellation);
        await AssertRefusedAsync(connectionString, "newer than this program");
        await using var unknown = ExchangeProcess.Start(directory, false, ("Storage__Provider", "Oracle"));
        Assert.Contains("'Oracle' at 'Storage:Provider'", (await unknown.EndAsync(cancellation)).Errors, StringComparison.Ordinal);
    }

    /// <summary>Two processes that find an empty database at the same moment: one makes the schema, both go on.</summary>
    [Fact]
    public async Task Two_that_find_an_empty_database_at_once_make_the_schema_once()
    {
        await using var first = ExchangeProcess.Command(directory, ["repartition", "3"], database.Settings);
        await using var second = ExchangeProcess.Command(directory, ["repartition", "3"], database.Settings);

        Assert.Equal((0, ""), await first.EndAsync(cancellation));
        Assert.Equal((0, ""), await second.EndAsync(cancellation));
        await using var connection = await database.ConnectAsync(cancellation);
        Assert.Equal(3, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM follower"));
    }

    private async Task AssertRefusedAsync(string connectionString, string said)
    {
        await using var exchange = ExchangeProcess.Start(directory, false, ("Storage__Provider", "PostgreSql"), ("Storage__ConnectionString", connectionString));
        var (exitCode, errors) = await exchange.EndAsync(cancellation);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(database.Server!.Password, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng-one", errors, StringComparison.Ordinal);
    }

    /// <summary>The figures, and the suggestions of all needs by a search.</summary>
    private async Task<string> TellAsync(ExchangeProcess exchange)
    {
        var statistics = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/statistics", cancellation))!["tables"]!.ToJsonString();
        var needs = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/authorities/-/needs?orderBy=title", cancellation))!["needs"]!.AsArray();
        var found = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/authorities/-/offers?pageSize=100&filter=agua%20AND%20title:DE", cancellation))!["offers"]!.AsArray().Select(offer => offer!["name"]!.GetValue<string>());
        var suggestions = await Task.WhenAll(needs.Select(async need => (await exchange.Json.GetFromJsonAsync<JsonObject>($"/v1/{need!["name"]}/suggestions?minScore=0", cancellation))!["suggestions"]!.ToJsonString()));
        return string.Join("\n", [statistics, .. found, .. suggestions]);
    }
}
