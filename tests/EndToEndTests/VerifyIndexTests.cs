using Dapper;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The client's command <c>verify-index</c> against the built program.</summary>
public sealed class VerifyIndexTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-index-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task It_ends_with_1_while_an_item_differs_and_is_for_administrators()
    {
        await using var exchange = await ExchangeProcess.Start(directory, sample: true).ReadyAsync(cancellation);
        await using var verb = ExchangeProcess.Command(directory, ["token", "--role", "administrator"], ("ASPNETCORE_ENVIRONMENT", "Development"));
        Assert.Equal(0, (await verb.EndAsync(cancellation)).ExitCode);
        var token = (await verb.OutputAsync()).TrimEnd().Split('\n')[^1];

        var (sound, said) = await ClientProcess.RunAsync(exchange, cancellation, "verify-index", "--token", token);
        Assert.True(sound == 0, said);
        Assert.Contains("partition 2 of 2", said, StringComparison.Ordinal);
        Assert.Equal(2, (await ClientProcess.RunAsync(exchange, cancellation, "verify-index")).Code); // the Secretariat's token

        await ExecuteAsync("UPDATE register SET state = 'WITHDRAWN' WHERE name LIKE 'authorities/ar/offers/sample-ar-096-%'");
        var (differs, named) = await ClientProcess.RunAsync(exchange, cancellation, "verify-index", "--token", token);
        Assert.Equal(1, differs);
        Assert.Contains("superfluous authorities/ar/offers/sample-ar-096-", named, StringComparison.Ordinal);
        Assert.Equal(0, (await ClientProcess.RunAsync(exchange, cancellation, "verify-index", "--repair", "--token", token)).Code);
        await ExecuteAsync("UPDATE register SET state = 'PUBLISHED' WHERE name LIKE 'authorities/ar/offers/sample-ar-096-%'");
        Assert.Contains("\"missing\": \"1\"", (await ClientProcess.RunAsync(exchange, cancellation, "verify-index", "--json", "--repair", "--token", token)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await ClientProcess.RunAsync(exchange, cancellation, "verify-index", "--token", token)).Code);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(directory, "exchange.db")};Pooling=False");
        Assert.Equal(1, await database.ExecuteAsync(sql));
    }
}
