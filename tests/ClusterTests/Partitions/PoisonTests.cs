using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Partitions;
using CooperaNet.Matching.Storage;
using CooperaNet.Matching.Suggestions;
using Microsoft.Extensions.DependencyInjection;

namespace CooperaNet.Matching.ClusterTests.Partitions;

/// <summary>Stored things that cannot be read: they stay out, are said so, and stop nobody else.</summary>
public sealed class PoisonTests : IAsyncLifetime
{
    private const string Offers = "authorities/ec/offers", Need = "authorities/bo/needs/broken", OtherNeed = "authorities/bo/needs/sound";
    private readonly ExchangeFixture exchange = new(); // of its own, as its log and meters are looked at
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private SiloWatch watch = null!;

    public async ValueTask InitializeAsync()
    {
        await exchange.InitializeAsync();
        watch = new(exchange);
    }

    public ValueTask DisposeAsync()
    {
        watch.Dispose();
        return exchange.DisposeAsync();
    }

    [Fact]
    public async Task An_item_whose_state_cannot_be_read_stops_no_neighbour_and_comes_back_when_it_is_changed()
    {
        await PublishAsync($"{Offers}/before");
        await PublishAsync($"{Offers}/poison");
        await PublishAsync(Need);
        await FoundAsync("before", "poison");

        await DamageAsync("poison");
        await PublishAsync($"{Offers}/after");
        await FoundAsync("before", "after");
        var suggested = await exchange.EventuallyAsync(async () => await SuggestedAsync(Need) is { Count: 2 } offers ? offers : null);
        Assert.Equal([$"{Offers}/after", $"{Offers}/before"], suggested.Order(StringComparer.Ordinal));
        await UnreadableAsync(1);
        Assert.Equal(1, watch.Count("cooperanet.partition.set_aside"));
        Assert.Equal(0, watch.Count("cooperanet.partition.failures"));
        foreach (var filter in (string[])["", "?filter=cacao"])
        {
            Assert.Equal([$"{Offers}/after", $"{Offers}/before"], (await exchange.GetAsync($"/v1/{Offers}{filter}"))["offers"]!.AsArray().Select(offer => offer!["name"]!.GetValue<string>()));
        }

        var findings = (await exchange.GetAsync("/v1/findings?filter=cacao%20AND%20kind%3DOFFER&kind=DUPLICATE"))["findings"]!.AsArray();
        Assert.Equal($"{Offers}/after", findings[0]!["item"]!.GetValue<string>());
        Assert.DoesNotContain("cacao", Assert.Single(watch.Naming($"{Offers}/poison")), StringComparison.OrdinalIgnoreCase);

        using var changed = await exchange.Json.PatchAsync($"/v1/{Offers}/poison?updateMask=maturity", new StringContent("""{"maturity":"IN_EXECUTION"}""", null, "application/json"), cancellation);
        Assert.True(changed.IsSuccessStatusCode, await changed.Content.ReadAsStringAsync(cancellation));
        await FoundAsync("before", "after", "poison");
        await UnreadableAsync(0);
    }

    [Fact]
    public async Task A_partition_loads_around_what_cannot_be_read_and_makes_damaged_encodings_anew()
    {
        foreach (var id in (string[])["one", "two", "three", "poison"])
        {
            await PublishAsync($"{Offers}/{id}");
        }

        await FoundAsync("one", "two", "three", "poison");
        await exchange.Database.WriteAsync("UPDATE encoding SET data = unhex('00') WHERE item IN (SELECT id FROM register WHERE name LIKE 'authorities/ec/offers/t%')", cancellation);
        await DamageAsync("poison");

        await MoveAllAsync();

        await FoundAsync("one", "two", "three");
        Assert.Equal(0, (await exchange.Database.ReadAsync<long>("SELECT COUNT(*) FROM encoding WHERE length(data) < 10", null, cancellation)).Single());
        Assert.Equal(0, watch.Count("cooperanet.partition.failures"));
        Assert.NotEmpty(watch.Naming($"{Offers}/poison")); // once by the copy before, once by the new one
        Assert.Empty(watch.Naming($"{Offers}/two"));
    }

    [Fact]
    public async Task A_kept_list_that_cannot_be_read_stops_no_other_and_is_answered_without()
    {
        await PublishAsync(Need);
        await PublishAsync(OtherNeed);
        await PublishAsync($"{Offers}/first");
        await exchange.EventuallyAsync(async () => await KeptAsync(Need) == 1 && await KeptAsync(OtherNeed) == 1 ? this : null);
        var published = 1;
        await exchange.EventuallyAsync(async () => // a follower that is behind may keep the damaged list once more
        {
            await exchange.Database.WriteAsync($"UPDATE OrleansStorage SET PayloadBinary = unhex('7b') WHERE GrainTypeString = 'suggestions' AND GrainIdExtensionString LIKE '%{Need}'", cancellation);
            exchange.Clock.Advance(TimeSpan.FromMinutes(1));
            await exchange.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, cancellation);
            await PublishAsync($"{Offers}/next-{published++}");
            await exchange.EventuallyAsync(async () => await KeptAsync(OtherNeed) == published ? this : null);
            return Said(Need) > 0 ? this : null;
        });

        await FoundAsync(["first", .. Enumerable.Range(1, published - 1).Select(i => $"next-{i}")]);
        Assert.Equal(published, (await SuggestedAsync(Need)).Count);
        Assert.InRange(Said(Need), 1, 2); // once a silo
        Assert.InRange(watch.Count("cooperanet.partition.set_aside"), 1, 2);
        Assert.Equal(0, watch.Count("cooperanet.partition.failures"));
    }

    [Fact]
    public async Task A_participant_whose_state_cannot_be_read_stops_no_list_and_nobody_else()
    {
        await PublishAsync($"{Offers}/one");
        await exchange.Database.WriteAsync(
            $"UPDATE OrleansStorage SET PayloadBinary = {(exchange.Database.Sql == Dialect.Sqlite
                ? "CAST(json_set(CAST(PayloadBinary AS TEXT), '$.LanguageCodes', 5) AS BLOB)"
                : "convert_to(jsonb_set(convert_from(PayloadBinary, 'UTF8')::jsonb, '{LanguageCodes}', '5')::text, 'UTF8')")} WHERE Id = (SELECT id FROM participant WHERE name = 'authorities/ec')",
            cancellation);
        exchange.Clock.Advance(TimeSpan.FromMinutes(1));
        await exchange.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero, cancellation);

        var authorities = (await exchange.GetAsync("/v1/authorities?pageSize=100"))["authorities"]!.AsArray().Select(authority => authority!["name"]!.GetValue<string>()).ToList();
        Assert.Equal(33, authorities.Count);
        Assert.DoesNotContain("authorities/ec", authorities);
        Assert.Single((await exchange.AnonymousJson.GetFromJsonAsync<JsonObject>($"/v1/{Offers}", cancellation))!["offers"]!.AsArray());
        Assert.NotEmpty(await exchange.GetAsync("/v1/accounts?dormantOnly=true&pageSize=100"));
        using var own = await exchange.Json.GetAsync($"/v1/{Offers}", cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, own.StatusCode); // whether its own account holds is not known
        Assert.Equal(33, (await exchange.GetAsync("/v1/accounts?pageSize=100"))["accounts"]!.AsArray().Count);
        await PublishAsync(Need);
        Assert.Contains(await ConsistencyChecker.CheckAsync(exchange.Storage, cancellation), one => one.Finding == "The state of 'authorities/ec' cannot be read: restore it from a backup.");
    }

    /// <summary>How often the log says that a need's list cannot be read.</summary>
    private int Said(string need) => watch.Naming(need).Count(line => line.StartsWith("The kept suggestions", StringComparison.Ordinal));

    /// <summary>How many offers are kept for a need that was created and published.</summary>
    private async Task<int?> KeptAsync(string need) =>
        (await exchange.Grains.GetGrain<ISuggestionListGrain>(need).FindAsync(needRevision: 2, exchange.Silo.GetRequiredService<ActiveModel>().Current.Version, cancellation))?.Hits.Count;

    private async Task PublishAsync(string name)
    {
        var parts = name.Split('/');
        await exchange.PostAsync($"/v1/{string.Join('/', parts[..3])}?{parts[2].TrimEnd('s')}Id={parts[3]}", """{"title":"Cacao fino de aroma","summary":"Fermentación y secado de cacao fino en cooperativas.","languageCode":"es","goals":[2]}""");
        await exchange.PostAsync($"/v1/{name}:publish", "{}");
    }

    /// <summary>Gives the state a maturity that is none, behind the grain's back; for its revision the triggers tell the followers.</summary>
    private Task DamageAsync(string id) => exchange.Database.WriteAsync(
        $"UPDATE OrleansStorage SET PayloadBinary = {(exchange.Database.Sql == Dialect.Sqlite
            ? "CAST(json_set(CAST(PayloadBinary AS TEXT), '$.Content.Maturity', '', '$.Revision', 7) AS BLOB)"
            : "convert_to(jsonb_set(jsonb_set(convert_from(PayloadBinary, 'UTF8')::jsonb, '{Content,Maturity}', '\"\"'), '{Revision}', '7')::text, 'UTF8')")} WHERE Id = (SELECT id FROM register WHERE name = '{Offers}/{id}')",
        cancellation);

    /// <summary>Waits until the index holds exactly these offers.</summary>
    private async Task FoundAsync(params string[] ids) => await exchange.EventuallyAsync(async () =>
    {
        var found = (await exchange.GetAsync("/v1/exchange:search?query=cacao"))["hits"]!.AsArray().Select(hit => hit!["name"]!.GetValue<string>()).Where(name => name.StartsWith(Offers, StringComparison.Ordinal));
        return found.ToHashSet().SetEquals(ids.Select(id => $"{Offers}/{id}")) ? this : null;
    });

    /// <summary>Waits until the indexes lack so many.</summary>
    private async Task UnreadableAsync(int count) => await exchange.EventuallyAsync(async () =>
    {
        await SuggestedAsync(Need);
        return watch.Gauge("cooperanet.partition.unreadable") == count ? this : null;
    });

    private async Task<List<string>> SuggestedAsync(string need) =>
        [.. (await exchange.GetAsync($"/v1/{need}/suggestions"))["suggestions"]!.AsArray().Select(suggestion => suggestion!["offer"]!.GetValue<string>())];

    /// <summary>Has both partitions read anew.</summary>
    private async Task MoveAllAsync()
    {
        var copies = exchange.Silo.GetRequiredService<PartitionCopies>();
        for (var partition = 0; partition < 2; partition++)
        {
            var before = await copies.ReadAsync(partition, cancellation);
            var next = copies.Get(partition, PartitionCopies.NewName());
            while (!await next.StartAsync(cancellation))
            {
            }

            await next.ServeAsync(cancellation);
            await copies.Get(partition, before).RetireAsync(cancellation);
        }
    }
}
