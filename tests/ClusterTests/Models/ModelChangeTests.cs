using System.Text.Json.Nodes;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Suggestions;

namespace CooperaNet.Matching.ClusterTests.Models;

/// <summary>Another version of the model takes over: on an exchange of its own, as all its answers change.</summary>
public sealed class ModelChangeTests : IAsyncLifetime
{
    private readonly ExchangeFixture exchange = new();

    public ValueTask InitializeAsync() => exchange.InitializeAsync();

    public ValueTask DisposeAsync() => exchange.DisposeAsync();

    [Fact]
    public async Task Refitted_centres_are_prepared_while_the_old_model_answers_then_take_over_and_explain_a_changed_rank()
    {
        await exchange.PostAsync("/v1/authorities/pe/catalogImports", """
            {"rows":[{"sourceReference":"M-1","kind":"OFFER","title":"Lagunas para tratar aguas residuales","summary":"Lagunas y humedales que depuran las aguas servidas de municipios pequeños.","languageCode":"es","goals":[6]},
                     {"sourceReference":"M-2","kind":"OFFER","title":"Registro civil digital","summary":"Digitalización de actas de nacimiento en municipios.","languageCode":"es","goals":[16]}], "publish":true}
            """);
        var need = (await exchange.PostAsync("/v1/authorities/bb/catalogImports", """
            {"rows":[{"sourceReference":"M-3","kind":"NEED","title":"Treating the sewage of small towns","summary":"We need low-cost treatment of wastewater before it reaches the sea.","languageCode":"en","goals":[6]}], "publish":true}
            """))["rows"]![0]!["item"]!.GetValue<string>();
        var before = await exchange.EventuallyAsync(async () => (await ListAsync(need)).ToList() is [var first, _] ? first : null);
        var (oldModel, offer) = (before["modelVersion"]!.GetValue<string>(), before["offer"]!.GetValue<string>());

        Assert.True(await exchange.Grains.GetGrain<IModelGrain>(0).RefitAsync(TestContext.Current.CancellationToken));
        var answered = 0;
        var after = await exchange.EventuallyAsync(async () =>
        {
            var first = (await ListAsync(need)).First(); // answers all the time
            answered++;
            return first["modelVersion"]!.GetValue<string>() == oldModel ? null : first;
        });
        await exchange.EventuallyAsync(async () => // and the kept list follows
            await exchange.Grains.GetGrain<ISuggestionListGrain>(need).FindAsync(1, after["modelVersion"]!.GetValue<string>(), TestContext.Current.CancellationToken));

        Assert.True(answered > 1);
        Assert.StartsWith(oldModel + "+", after["modelVersion"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(offer, after["offer"]!.GetValue<string>());
        var explained = await exchange.EventuallyAsync(async () => (await exchange.GetAsync($"/v1/{need}/suggestions:explain?offer={Uri.EscapeDataString(offer)}&languageCode=es")) is var pair && pair["explanation"]!["rankChange"] is not null ? pair : null);
        var change = explained["explanation"]!["rankChange"]!;
        Assert.Equal((1, oldModel), (change["rank"]!.GetValue<int>(), change["modelVersion"]!.GetValue<string>()));
        Assert.Contains("El modelo cambió", change["reason"]!.GetValue<string>(), StringComparison.Ordinal);

        Assert.False(await exchange.Grains.GetGrain<IModelGrain>(0).RefitAsync(TestContext.Current.CancellationToken)); // nothing changed since
    }

    [Fact]
    public async Task Another_file_waits_until_all_partitions_are_ready_and_a_lost_one_is_replaced_at_once()
    {
        var grain = exchange.Grains.GetGrain<IModelGrain>(7); // a grain of its own: no silo follows it
        Assert.Equal("cross-a", (await grain.OfferAsync("cross-a", canServeCurrent: false, TestContext.Current.CancellationToken)).Current!.Version);
        var offered = await grain.OfferAsync("cross-b", canServeCurrent: true, TestContext.Current.CancellationToken);
        Assert.Equal(("cross-a", "cross-b"), (offered.Current!.Version, offered.Next!.Version));

        await grain.ReadyAsync(0, "cross-b", TestContext.Current.CancellationToken);
        await grain.ReadyAsync(0, "cross-b", TestContext.Current.CancellationToken); // said twice counts once
        Assert.Equal("cross-a", (await grain.GetAsync(TestContext.Current.CancellationToken)).Current!.Version);
        await grain.ReadyAsync(1, "cross-b", TestContext.Current.CancellationToken);
        var switched = await grain.GetAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("cross-b", null), (switched.Current!.Version, switched.Next));

        await grain.OfferAsync("cross-d", canServeCurrent: true, TestContext.Current.CancellationToken);
        var rolledBack = await grain.OfferAsync("cross-b", canServeCurrent: true, TestContext.Current.CancellationToken);
        Assert.Equal(("cross-b", null), (rolledBack.Current!.Version, rolledBack.Next));

        Assert.Equal("cross-c", (await grain.OfferAsync("cross-c", canServeCurrent: false, TestContext.Current.CancellationToken)).Current!.Version);
    }

    [Fact]
    public async Task A_partition_that_starts_anew_is_not_ready_any_more()
    {
        var grain = exchange.Grains.GetGrain<IModelGrain>(8);
        await grain.OfferAsync("cross-a", canServeCurrent: false, TestContext.Current.CancellationToken);
        await grain.OfferAsync("cross-b", canServeCurrent: true, TestContext.Current.CancellationToken);
        await grain.ReadyAsync(0, "cross-b", TestContext.Current.CancellationToken);
        await grain.JoinAsync(0, TestContext.Current.CancellationToken);
        await grain.ReadyAsync(1, "cross-b", TestContext.Current.CancellationToken);

        Assert.Equal("cross-a", (await grain.GetAsync(TestContext.Current.CancellationToken)).Current!.Version);
    }

    [Fact]
    public async Task The_file_of_a_model_that_is_wanted_is_kept_and_a_missing_one_is_not_followed()
    {
        using var file = ModelFile.Load(Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin"));
        var models = new ActiveModel(file, Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin"), exchange.Database);
        var folder = Path.Combine(exchange.Database.Folder, "models");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "cross-wanted.bin"), "", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "cross-old.bin"), "", TestContext.Current.CancellationToken);

        await models.KeepAsync(new() { Current = new(file.Version, null), Next = new("cross-wanted+1234", null) }, TestContext.Current.CancellationToken);
        models.Follow(new() { Current = new("cross-gone", null), Next = new("cross-gone+1", null) });

        Assert.Equal([$"{file.Version}.bin", "cross-wanted.bin"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal((file.Version, null, false), (models.Current.Version, models.Next, models.Has("cross-gone")));
    }

    private async Task<IEnumerable<JsonNode>> ListAsync(string need) => (await exchange.GetAsync($"/v1/{need}/suggestions?minScore=0"))["suggestions"]!.AsArray().Select(suggestion => suggestion!);
}
