using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Statistics;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>What <c>verify --repair</c> finds and mends, on an exchange of its own.</summary>
public sealed class ConsistencyTests : IAsyncLifetime
{
    private readonly ExchangeFixture exchange = new();
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await exchange.InitializeAsync();
        foreach (var id in (string[])["one", "two", "three"])
        {
            await exchange.PostAsync($"/v1/authorities/ec/offers?offerId={id}", $$"""{"title":"Offer {{id}}","languageCode":"en","goals":[6]}""");
            await exchange.PostAsync($"/v1/authorities/ec/offers/{id}:publish", "{}");
        }

        await new StatisticsReader(exchange.Database).FoldAsync(cancellation);
        Assert.Empty(await FindingsAsync());
    }

    public ValueTask DisposeAsync() => exchange.DisposeAsync();

    [Theory]
    [InlineData("UPDATE statistic_total SET n = n + 5 WHERE dimension = 'country'", "The total of country EC is 8, its changes add up to 3.")]
    [InlineData("DELETE FROM statistic_delta WHERE dimension = 'goal'", "The figures say 0 for goal 6, a recount 3.", "The total of goal 6 is 3, its changes add up to 0.")]
    [InlineData("UPDATE register SET state = 'DRAFT' WHERE name LIKE '%/one'", "'authorities/ec/offers/one' stands in the register otherwise than its state says.")]
    [InlineData("UPDATE register SET name = 'x' WHERE name LIKE '%/one'; UPDATE register SET name = 'authorities/ec/offers/one' WHERE name LIKE '%/two'; UPDATE register SET name = 'authorities/ec/offers/two' WHERE name = 'x'", "'authorities/ec/offers/one' stands", "'authorities/ec/offers/two' stands")]
    [InlineData("UPDATE participant SET name = 'x' WHERE name = 'authorities/pe'; UPDATE participant SET name = 'authorities/pe' WHERE name = 'authorities/uy'; UPDATE participant SET name = 'authorities/uy' WHERE name = 'x'", "'authorities/pe' stands", "'authorities/uy' stands")]
    public async Task What_differs_is_told_and_mended(string damage, params string[] told)
    {
        await exchange.Database.WriteAsync(damage, cancellation);
        var findings = await FindingsAsync();
        Assert.All(told, beginning => Assert.Contains(findings, finding => finding.StartsWith(beginning, StringComparison.Ordinal)));

        for (var round = 0; round < 2 && (await ConsistencyChecker.CheckAsync(exchange.Storage, cancellation)) is { Count: > 0 } found; round++)
        {
            await ConsistencyChecker.RepairAsync(exchange.Database, found, cancellation); // as the command does: what a first repair uncovers
        }

        Assert.Empty(await FindingsAsync());
        var reader = new StatisticsReader(exchange.Database);
        for (var folded = 0; folded < 2; folded++)
        {
            Assert.Equal((await reader.RecountAsync(cancellation)).ToHashSet(), (await reader.ReadAsync(cancellation)).ToHashSet());
            await reader.FoldAsync(cancellation);
        }
    }

    private async Task<IReadOnlyList<string>> FindingsAsync() => [.. (await ConsistencyChecker.CheckAsync(exchange.Storage, cancellation)).Select(one => one.Finding)];
}
