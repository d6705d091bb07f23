using System.Text.Json.Nodes;

namespace CooperaNet.Matching.ClusterTests.Gateway;

public class SearchTests(ExchangeFixture exchange)
{
    [Theory]
    [InlineData("GALAPAGUEÑA tortuga", "Tortugas|galapagueñas")] // case, number and gender
    [InlineData("galapaguena", "galapagueñas")] // accents
    public async Task Words_are_found_whatever_their_inflection_and_marked(string query, string found)
    {
        var name = await ImportAsync("S-1", "OFFER", "Censo de Tortugas galapagueñas", "Método de marcado. Las tortugas galapagueñas se cuentan cada año en la playa.");

        var hit = await FindAsync(query, name);

        Assert.Equal(found, string.Join('|', Found(hit["title"]!)));
        Assert.Equal("Censo de Tortugas galapagueñas", Text(hit["title"]!));
        Assert.Equal("Las tortugas galapagueñas se cuentan cada año en la playa.", Text(hit["snippet"]!));
        Assert.InRange(hit["score"]!.GetValue<double>(), 0.01, 1);
    }

    [Fact]
    public async Task More_of_the_words_come_first_filters_hold_and_pages_join()
    {
        var both = await ImportAsync("S-2", "NEED", "Zafra de xilófonos", "Se busca xilófono afinado para la zafra.");
        var one = await ImportAsync("S-3", "OFFER", "Xilófonos para escuelas", "Talleres de xilófono.");
        await FindAsync("xilófono", one);
        await FindAsync("xilófono", both);

        Assert.Equal([both, one], await NamesAsync("query=xilófono zafra"));
        Assert.Equal([one], await NamesAsync("query=xilófono zafra&filter=kind = OFFER"));
        var first = await exchange.GetAsync("/v1/exchange:search?query=xilófono zafra&pageSize=1");
        Assert.Equal([one], await NamesAsync($"query=xilófono zafra&pageSize=1&pageToken={first["nextPageToken"]}"));
        await exchange.PostAsync($"/v1/{one}:withdraw", "{}");
        await exchange.EventuallyAsync(async () => (await NamesAsync("query=xilófono")).Contains(one) ? null : "gone");
    }

    private async Task<string> ImportAsync(string reference, string kind, string title, string summary) => (await exchange.PostAsync("/v1/authorities/ec/catalogImports", new JsonObject
    {
        ["rows"] = new JsonArray(new JsonObject { ["sourceReference"] = reference, ["kind"] = kind, ["title"] = title, ["summary"] = summary, ["languageCode"] = "es" }),
        ["publish"] = true,
    }.ToJsonString()))["rows"]![0]!["item"]!.GetValue<string>();

    private Task<JsonNode> FindAsync(string query, string name) => exchange.EventuallyAsync(async () =>
        (await exchange.GetAsync($"/v1/exchange:search?query={query}"))["hits"]!.AsArray().FirstOrDefault(hit => hit!["name"]!.GetValue<string>() == name));

    private async Task<List<string>> NamesAsync(string query) => [.. (await exchange.GetAsync($"/v1/exchange:search?{query}"))["hits"]!.AsArray().Select(hit => hit!["name"]!.GetValue<string>())];

    private static IEnumerable<string> Found(JsonNode parts) => parts.AsArray().Where(part => part!["found"]!.GetValue<bool>()).Select(part => part!["text"]!.GetValue<string>());

    private static string Text(JsonNode parts) => string.Concat(parts.AsArray().Select(part => part!["text"]!.GetValue<string>()));
}
