using CooperaNet.Matching.Models;
using CooperaNet.Matching.Suggestions;
using Microsoft.Extensions.DependencyInjection;

namespace CooperaNet.Matching.ClusterTests.Partitions;

/// <summary>An offer that expires by itself: no change tells the followers of it.</summary>
public sealed class ExpiryTests : IAsyncLifetime
{
    private const string Need = "authorities/bo/needs/weaving";
    private readonly ExchangeFixture exchange = new(); // of its own, as its clock passes the time

    public ValueTask InitializeAsync() => exchange.InitializeAsync();

    public ValueTask DisposeAsync() => exchange.DisposeAsync();

    [Fact]
    public async Task An_offer_that_has_expired_is_suggested_no_more_not_even_from_a_kept_list()
    {
        var expiry = exchange.Clock.GetUtcNow() + TimeSpan.FromHours(2);
        await PublishAsync(Need, "");
        await PublishAsync("authorities/ec/offers/for-good", "");
        await PublishAsync("authorities/ec/offers/for-now", $$""","expireTime":"{{expiry:O}}" """);
        await exchange.EventuallyAsync(async () => await KeptAsync() == 2 && await SuggestedAsync("") == 2 && await SuggestedAsync("?minScore=0") == 2 ? this : null);

        exchange.Clock.Advance(expiry - exchange.Clock.GetUtcNow());

        Assert.Equal(2, await KeptAsync());
        Assert.Equal((1, 1), (await SuggestedAsync(""), await SuggestedAsync("?minScore=0")));

        await exchange.PostAsync("/v1/authorities/ec/offers/for-good:withdraw", "{}");
        await exchange.EventuallyAsync(async () => await SuggestedAsync("") == 0 ? this : null);
        Assert.NotNull((await exchange.GetAsync($"/v1/{Need}/suggestions"))["abstention"]);
    }

    /// <summary>Years pass without changing a list: the register, whose time is moved back here, says since when nobody confirmed an offer.</summary>
    [Fact]
    public async Task A_kept_offer_that_nobody_confirmed_for_years_ranks_lower_without_being_computed_anew()
    {
        await PublishAsync(Need, "");
        await PublishAsync("authorities/ec/offers/old", "");
        await PublishAsync("authorities/ec/offers/young", "");
        await exchange.EventuallyAsync(async () => await KeptAsync() == 2 ? this : null);
        var before = await ScoresAsync();

        await exchange.Database.WriteAsync("UPDATE register SET confirm_time = '2020-01-01T00:00:00.000000Z' WHERE name = 'authorities/ec/offers/old'", TestContext.Current.CancellationToken);

        var after = await ScoresAsync();
        Assert.Equal(["authorities/ec/offers/young", "authorities/ec/offers/old"], after.Select(offer => offer.Name));
        Assert.Equal(before.ToDictionary()["authorities/ec/offers/young"], after[0].Score);
        Assert.True(after[1].Score < before.ToDictionary()["authorities/ec/offers/old"]);
    }

    private async Task<List<(string Name, double Score)>> ScoresAsync() =>
        [.. (await exchange.GetAsync($"/v1/{Need}/suggestions"))["suggestions"]!.AsArray().Select(suggestion => (suggestion!["offer"]!.GetValue<string>(), suggestion["score"]!.GetValue<double>()))];

    private async Task PublishAsync(string name, string more)
    {
        var parts = name.Split('/');
        await exchange.PostAsync($"/v1/{string.Join('/', parts[..3])}?{parts[2].TrimEnd('s')}Id={parts[3]}", $$"""{"title":"Telares de lana y tintes naturales","summary":"Tejedoras aprenden a hilar y teñir lana.","languageCode":"es","goals":[8]{{more}}}""");
        await exchange.PostAsync($"/v1/{name}:publish", "{}");
    }

    /// <summary>How many offers are kept for the need, which was created and published.</summary>
    private async Task<int?> KeptAsync() =>
        (await exchange.Grains.GetGrain<ISuggestionListGrain>(Need).FindAsync(needRevision: 2, exchange.Silo.GetRequiredService<ActiveModel>().Current.Version, TestContext.Current.CancellationToken))?.Hits.Count;

    private async Task<int> SuggestedAsync(string query) => (await exchange.GetAsync($"/v1/{Need}/suggestions{query}"))["suggestions"]!.AsArray().Count;
}
