using CooperaNet.Matching.V1;
using Grpc.Core;

namespace CooperaNet.Matching.ClusterTests.Partitions;

/// <summary>The index of a running service against its register, which the test changes behind everybody's back.</summary>
public sealed class VerifyIndexTests : IAsyncLifetime
{
    private readonly ExchangeFixture exchange = new(); // of its own, as nobody else's items may differ
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => exchange.InitializeAsync();

    public ValueTask DisposeAsync() => exchange.DisposeAsync();

    [Fact]
    public async Task What_differs_is_found_named_and_mended()
    {
        for (var i = 0; i < 12; i++)
        {
            await PublishAsync($"compared-{i}");
        }

        await exchange.EventuallyAsync(async () => await FindAsync("pantano") == 12 ? this : null);
        Assert.Equal((12, 0, 0, 0), Sum(await VerifyAsync()));

        await ChangeAsync("UPDATE register SET state = 'WITHDRAWN' WHERE name = 'authorities/py/offers/compared-3'");
        await ChangeAsync("UPDATE register SET country = 'BO' WHERE name = 'authorities/py/offers/compared-5'");
        await ChangeAsync("DELETE FROM tag WHERE value = '6' AND item = (SELECT id FROM register WHERE name = 'authorities/py/offers/compared-7')");
        var found = await VerifyAsync();
        Assert.Equal((11, 0, 1, 2), Sum(found));
        Assert.Equal(
            ["Superfluous authorities/py/offers/compared-3 False", "Outdated authorities/py/offers/compared-5 False", "Outdated authorities/py/offers/compared-7 False"],
            found.SelectMany(report => report.Examples).OrderBy(example => example.Item, StringComparer.Ordinal).Select(example => $"{example.Kind} {example.Item} {example.Repaired}"));

        // What isn't published goes; of the others the state is right, not the register, and taking them in again changes nothing.
        Assert.Equal(1, (await VerifyAsync(repair: true)).Sum(report => report.Repaired));
        Assert.Equal(11, await FindAsync("pantano"));

        await ChangeAsync("UPDATE register SET state = 'PUBLISHED', country = 'PY' WHERE name LIKE 'authorities/py/offers/compared-%'");
        await ChangeAsync("INSERT INTO tag(item, dimension, value) SELECT id, 'goal', '6' FROM register WHERE name = 'authorities/py/offers/compared-7'");
        Assert.Equal((12, 1, 0, 0), Sum(await VerifyAsync()));
        var mended = await VerifyAsync(repair: true);
        Assert.Equal((12, 1, 0, 0, 1), Sum(mended) is var (compared, missing, superfluous, outdated) ? (compared, missing, superfluous, outdated, mended.Sum(report => report.Repaired)) : default);
        Assert.Equal((12, 0, 0, 0), Sum(await VerifyAsync()));
        Assert.Equal(12, await FindAsync("pantano"));
    }

    [Fact]
    public async Task More_differences_than_a_call_mends_are_mended_page_by_page_and_ten_are_named()
    {
        const int count = 230;
        for (var i = 0; i < count; i++)
        {
            await PublishAsync($"many-{i}");
        }

        var published = exchange.Clock.GetUtcNow();
        await exchange.EventuallyAsync(async () => (await VerifyAsync()).TrueForAll(report => report.AsOfTime.ToDateTimeOffset() > published) ? this : null); // all is followed
        Assert.Equal((count, 0, 0, 0), Sum(await VerifyAsync()));
        await ChangeAsync("UPDATE register SET state = 'WITHDRAWN' WHERE name LIKE 'authorities/py/offers/many-%'");

        var mended = await VerifyAsync(repair: true);

        Assert.Equal((0, 0, count, 0), Sum(mended));
        Assert.Equal(count, mended.Sum(report => report.Repaired));
        Assert.All(mended, report => Assert.Equal((10, 2), (report.Examples.Count, report.Partitions)));
        Assert.Equal((0, 0, 0, 0), Sum(await VerifyAsync()));
    }

    [Fact]
    public async Task What_changes_meanwhile_is_no_difference()
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var changing = ChangeOnAsync(ended.Token);
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal((0, 0, 0), Sum(await VerifyAsync()) is var (_, missing, superfluous, outdated) ? (missing, superfluous, outdated) : default);
            exchange.Clock.Advance(TimeSpan.FromMilliseconds(20));
        }

        await ended.CancelAsync();
        Assert.True(await changing > 0);
    }

    private async Task<int> ChangeOnAsync(CancellationToken until)
    {
        var changed = 0;
        for (; !until.IsCancellationRequested; changed++)
        {
            await PublishAsync($"changing-{changed}");
            await exchange.PostAsync($"/v1/authorities/py/offers/changing-{changed}:withdraw", "{}");
            await exchange.PostAsync($"/v1/authorities/py/offers/changing-{changed / 2}:publish", "{}");
            await exchange.PostAsync($"/v1/authorities/py/offers/changing-{changed / 2}:withdraw", "{}");
        }

        return changed;
    }

    private async Task PublishAsync(string id)
    {
        await exchange.PostAsync($"/v1/authorities/py/offers?offerId={id}", """{"title":"Pantanos y humedales","summary":"Restauración de un pantano.","languageCode":"es","goals":[6,15]}""");
        await exchange.PostAsync($"/v1/authorities/py/offers/{id}:publish", "{}");
    }

    private async Task<int> FindAsync(string text) => (await exchange.GetAsync($"/v1/exchange:search?query={text}&pageSize=100"))["hits"]!.AsArray().Count;

    private async Task<List<VerifyIndexResponse>> VerifyAsync(bool repair = false)
    {
        var admin = new AdminService.AdminServiceClient(exchange.With(exchange.Issuer.Token("administrator")));
        using var call = admin.VerifyIndex(new() { Repair = repair }, cancellationToken: cancellation);
        return await call.ResponseStream.ReadAllAsync(cancellation).ToListAsync(cancellation);
    }

    private static (long Compared, long Missing, long Superfluous, long Outdated) Sum(List<VerifyIndexResponse> reports) =>
        (reports.Sum(report => report.Compared), reports.Sum(report => report.Missing), reports.Sum(report => report.Superfluous), reports.Sum(report => report.Outdated));

    /// <summary>What no trigger and no follower hears of.</summary>
    private Task ChangeAsync(string sql) => exchange.Database.WriteAsync(sql, cancellation);
}
