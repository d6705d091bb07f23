using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CooperaNet.Matching.ClusterTests.Gateway;

/// <summary>The JSON side of the contract, shape by shape.</summary>
public class JsonTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_import_creates_then_finds_unchanged_and_publishes_what_is_suggested()
    {
        var body = """
            {"rows":[{"sourceReference":"T-1","kind":"OFFER","title":"Cosecha de agua de lluvia en escuelas","summary":"Cisternas y techos para captar lluvia en escuelas rurales, con formación de directores y juntas de agua.","languageCode":"es","areasOfFocus":["sustainable-development-and-environment"],"goals":[6],"maturity":"IN_EXECUTION"},
                     {"sourceReference":"T-2","kind":"OFFER","title":"x","goals":[40]}], "publish":true}
            """;

        var first = await exchange.PostAsync("/v1/authorities/py/catalogImports", body);
        var again = await exchange.PostAsync("/v1/authorities/py/catalogImports", body);

        Assert.Equal(("SUCCEEDED", 1, 1), (first["state"]!.GetValue<string>(), first["created"]!.GetValue<int>(), first["refused"]!.GetValue<int>()));
        Assert.Equal((0, 1), (again["created"]!.GetValue<int>(), again["unchanged"]!.GetValue<int>()));
        Assert.Equal(["title", "goals"], first["rows"]![1]!["errors"]!.AsArray().Select(error => error!["field"]!.GetValue<string>()));
        var name = first["rows"]![0]!["item"]!.GetValue<string>();
        var item = await exchange.GetAsync($"/v1/{name}");
        Assert.Equal(("PUBLISHED", "PY", "IN_EXECUTION"), (item["state"]!.GetValue<string>(), item["country"]!.GetValue<string>(), item["maturity"]!.GetValue<string>()));

        var preview = """{"need":{"title":"Captación de agua de lluvia para escuelas","summary":"Buscamos cómo captar y guardar lluvia en escuelas rurales.","languageCode":"es","goals":[6]},"pageSize":5,"minScore":0}""";
        var best = await exchange.EventuallyAsync(async () => (await exchange.PostAsync("/v1/suggestions:preview", preview))["suggestions"]!.AsArray().FirstOrDefault(suggestion => suggestion!["offer"]!.GetValue<string>() == name));
        Assert.Equal(1, best["rank"]!.GetValue<int>());
        Assert.Contains("agua", string.Join(", ", best["explanation"]!["terms"]!.AsArray().Select(term => term!["offer"]!.GetValue<string>())), StringComparison.Ordinal);
        var score = best["score"]!.GetValue<double>();
        Assert.Equal(Math.Log(score / (1 - score)), best["explanation"]!["contributions"]!.AsArray().Sum(part => part!["value"]!.GetValue<double>()), precision: 2);

        var own = await exchange.PostAsync("/v1/suggestions:preview", preview.Replace("\"pageSize\"", "\"requester\":\"authorities/py\",\"pageSize\"", StringComparison.Ordinal));
        Assert.DoesNotContain(name, own["suggestions"]!.AsArray().Select(suggestion => suggestion!["offer"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_need_gets_its_suggestions_loses_a_withdrawn_offer_and_keeps_its_etag()
    {
        var offer = (await ImportAsync("bz", "T-3", "OFFER", "Vivero de manglar comunitario", "Producción y siembra de plántulas de manglar con pescadores para restaurar la costa."))["item"]!.GetValue<string>();
        var need = (await ImportAsync("gt", "T-4", "NEED", "Restaurar manglares de la costa", "Queremos sembrar plántulas de manglar con comunidades de pescadores y restaurar la costa."))["item"]!.GetValue<string>();

        await exchange.EventuallyAsync(async () => (await exchange.GetAsync($"/v1/{need}/suggestions?minScore=0"))["suggestions"]!.AsArray().FirstOrDefault(suggestion => suggestion!["offer"]!.GetValue<string>() == offer));
        await exchange.EventuallyAsync(async () => (await exchange.GetAsync($"/v1/{offer}/prospects?minScore=0"))["prospects"]!.AsArray().FirstOrDefault(suggestion => suggestion!["need"]!.GetValue<string>() == need));
        await exchange.PostAsync($"/v1/{offer}:withdraw", "{}");
        await exchange.EventuallyAsync(async () => (await exchange.GetAsync($"/v1/{need}/suggestions?minScore=0"))["suggestions"]!.AsArray().All(suggestion => suggestion!["offer"]!.GetValue<string>() != offer) ? "gone" : null);

        Assert.Equal("1", (await exchange.GetAsync($"/v1/{need}"))["etag"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("GET", "/v1/authorities/zz", null, HttpStatusCode.NotFound)]
    [InlineData("GET", "/v1/authorities/-/offers?pageSize=-1", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/v1/authorities/-/offers?pageToken=garbage", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/v1/authorities/-/offers?colour=red", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/v1/exchange:search", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/v1/exchange:search?query=agua&filter=colour:red", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/v1/exchange:search?query=agua&pageSize=-1", null, HttpStatusCode.BadRequest)]
    [InlineData("GET", "/v1/authorities/pe/offers/abc:publish", null, HttpStatusCode.BadRequest)]
    [InlineData("POST", "/v1/authorities/pe/offers", "{\"title\":", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/v1/authorities/pe/offers", "{\"title\":17}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/v1/authorities/pe/offers?offerId=UPPER", "{\"title\":\"Solar wells\"}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/v1/suggestions:preview", "{}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/v1/suggestions:preview", "{\"need\":{\"title\":\"Solar wells\"},\"minScore\":7}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/v1/authorities/pe/catalogImports?validateOnly=true", "{\"rows\":[]}", HttpStatusCode.BadRequest)] // it stands in the body; passed over, a dry run would be real
    [InlineData("POST", "/v1/authorities/pe/offers/abc:withdraw?etag=3", "{}", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/v1/authorities/pe/offers?offer.title=Wells", "{\"title\":\"Solar wells\"}", HttpStatusCode.BadRequest)]
    public async Task A_bad_request_is_told_so(string method, string path, string? body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new(method), path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
        using var response = await exchange.Json.SendAsync(request, cancellation);

        Assert.Equal(expected, response.StatusCode);
        Assert.NotEmpty((await response.Content.ReadFromJsonAsync<JsonObject>(cancellation))!["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_update_mask_reads_camel_case_and_refuses_unknown_paths()
    {
        await exchange.PostAsync("/v1/authorities/jm/needs?needId=mask-test", """{"title":"Coastal erosion monitoring","languageCode":"en"}""");

        using var patched = await exchange.Json.PatchAsync("/v1/authorities/jm/needs/mask-test?updateMask=areasOfFocus,goals", JsonContent.Create(new { title = "ignored title", areasOfFocus = new[] { "culture" }, goals = new[] { 13 } }), cancellation);
        using var refused = await exchange.Json.PatchAsync("/v1/authorities/jm/needs/mask-test?updateMask=state", JsonContent.Create(new { title = "ignored title" }), cancellation);

        var item = (await patched.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
        Assert.Equal(("Coastal erosion monitoring", "culture", "2"), (item["title"]!.GetValue<string>(), item["areasOfFocus"]![0]!.GetValue<string>(), item["etag"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task The_openapi_document_describes_every_service()
    {
        var document = await exchange.GetAsync("/openapi/v1.json");

        Assert.All((string[])["/v1/authorities/{authority}/offers/{offer}", "/v1/statistics", "/v1/suggestions:preview", "/v1/partners/{partner}/catalogImports", "/v1/findings", "/v1/exchange:search", "/v1/statistics:watch", "/v1/authorities/{authority}/catalog:export", "/v1/auditEvents", "/v1/authorities/{authority}/actionsOnBehalf", "/v1/partners/{partner}:confirm"], path => Assert.NotNull(document["paths"]![path]));
    }

    /// <summary>What a generated client would send must be what the service takes.</summary>
    [Fact]
    public async Task The_openapi_document_describes_requests_as_they_are_taken()
    {
        var document = await exchange.GetAsync("/openapi/v1.json");
        List<string> Query(string path, string verb) => [.. document["paths"]![path]![verb]!["parameters"]!.AsArray().Where(parameter => $"{parameter!["in"]}" == "query").Select(parameter => $"{parameter!["name"]}")];

        Assert.Equal("string", $"{document["components"]!["schemas"]!["CreateCatalogImportRequest"]!["properties"]!["mapping"]!["additionalProperties"]!["type"]}");
        Assert.Contains("onBehalfOf.instruction", Query("/v1/authorities/{authority}/offers/{offer}", "delete"));
        Assert.DoesNotContain("onBehalfOf", Query("/v1/authorities/{authority}/offers/{offer}", "delete"));
        Assert.Contains("ACCOUNT_STATE_INVITED", document["paths"]!["/v1/accounts"]!["get"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.NotNull(document["paths"]!["/v1/authorities/{authority}/catalog:export"]!["get"]!["responses"]!["200"]!["content"]!["text/csv"]);
    }

    private async Task<JsonNode> ImportAsync(string authority, string reference, string kind, string title, string summary) =>
        (await exchange.PostAsync($"/v1/authorities/{authority}/catalogImports", new JsonObject
        {
            ["rows"] = new JsonArray(new JsonObject { ["sourceReference"] = reference, ["kind"] = kind, ["title"] = title, ["summary"] = summary, ["languageCode"] = "es" }),
            ["publish"] = true,
        }.ToJsonString()))["rows"]![0]!;
}
