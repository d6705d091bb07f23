using CooperaNet.Matching.Models;
using CooperaNet.Matching.Suggestions;
using Microsoft.Extensions.DependencyInjection;

namespace CooperaNet.Matching.ClusterTests.Partitions;

/// <summary>An offer that fits many needs, on an exchange of its own.</summary>
public sealed class OfferReachTests : IAsyncLifetime
{
    private const int Needs = 110; // more than are kept for a need, and than are asked for at first
    private const string Offer = "authorities/ec/offers/looms";
    private readonly ExchangeFixture exchange = new();
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => exchange.InitializeAsync();

    public ValueTask DisposeAsync() => exchange.DisposeAsync();

    [Fact]
    public async Task A_new_offer_reaches_every_need_that_it_fits()
    {
        foreach (var need in Enumerable.Range(0, Needs).Select(i => $"authorities/bo/needs/weaving-{i}"))
        {
            await PublishAsync(need);
        }

        await exchange.EventuallyAsync(async () => (await KeptAsync()).All(list => list is not null) ? this : null);
        await PublishAsync(Offer);

        await exchange.EventuallyAsync(async () => (await KeptAsync()).All(list => list!.Hits.Any(hit => hit.Name == Offer)) ? this : null);
    }

    private Task<SuggestionList?[]> KeptAsync()
    {
        var model = exchange.Silo.GetRequiredService<ActiveModel>().Current.Version;
        return Task.WhenAll(Enumerable.Range(0, Needs).Select(i => exchange.Grains.GetGrain<ISuggestionListGrain>($"authorities/bo/needs/weaving-{i}").FindAsync(needRevision: 2, model, cancellation).AsTask()));
    }

    private async Task PublishAsync(string name)
    {
        var parts = name.Split('/');
        await exchange.PostAsync($"/v1/{string.Join('/', parts[..3])}?{parts[2].TrimEnd('s')}Id={parts[3]}", """{"title":"Telares de lana y tintes naturales","summary":"Tejedoras aprenden a hilar y teñir lana.","languageCode":"es","goals":[8]}""");
        await exchange.PostAsync($"/v1/{name}:publish", "{}");
    }
}
