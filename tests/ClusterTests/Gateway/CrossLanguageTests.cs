using System.Net;
using System.Text.Json.Nodes;

namespace CooperaNet.Matching.ClusterTests.Gateway;

/// <summary>What the exchange is for: a need in one language, offers in another, over JSON as a client calls.</summary>
public class CrossLanguageTests(ExchangeFixture exchange)
{
    [Theory]
    [InlineData("en", "HN", "Sewage treatment plants for small coastal towns", "We are looking for low-cost ways to treat wastewater before it reaches the reef.")]
    [InlineData("pt", "KN", "Tratamento de esgoto para cidades pequenas", "Procuramos formas baratas de tratar o esgoto antes que chegue ao mar.")]
    [InlineData("fr", "HT", "Assainissement des petites villes côtières", "Nous cherchons comment épurer les eaux usées à bas coût avant qu'elles n'atteignent la mer.")]
    public async Task A_need_finds_the_Spanish_offer_and_is_told_why_in_its_language(string language, string country, string title, string summary)
    {
        var offer = await PublishAsync(country.ToLowerInvariant(), "X-1", "Lagunas de estabilización para aguas residuales", "Plantas de tratamiento de aguas residuales y alcantarillado para municipios pequeños, con operadores formados.");
        await PublishAsync(country.ToLowerInvariant(), "X-2", "Archivo histórico digital", "Digitalización de documentos notariales y partituras.");

        var best = await exchange.EventuallyAsync(async () => (await PreviewAsync(language, title, summary, $"\"countries\":[\"{country}\"],\"minScore\":0"))["suggestions"]!.AsArray().FirstOrDefault(suggestion => suggestion!["offer"]!.GetValue<string>() == offer));

        Assert.Equal(1, best["rank"]!.GetValue<int>());
        Assert.Contains(best["explanation"]!["terms"]!.AsArray(), term => term!["offer"]!.GetValue<string>().Contains("aguas residuales", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(6, best["explanation"]!["inferredGoals"]!.AsArray().Select(goal => goal!.GetValue<int>()));
        Assert.Contains("aguas residuales", best["explanation"]!["offerSentence"]!.GetValue<string>(), StringComparison.OrdinalIgnoreCase);
        var score = best["score"]!.GetValue<double>();
        Assert.Equal(Math.Log(score / (1 - score)), best["explanation"]!["contributions"]!.AsArray().Sum(part => part!["value"]!.GetValue<double>()), precision: 2);
        Assert.Contains(best["explanation"]!["changes"]!.AsArray(), change => change!["score"]!.GetValue<double>() > score);
    }

    [Fact]
    public async Task An_explanation_quotes_an_offer_as_it_stands()
    {
        var offer = await PublishAsync("lc", "X-4", "Secado solar de cacao", "Secadores solares de cacao para cooperativas.");
        Task<string> QuoteAsync(string expected) => exchange.EventuallyAsync(async () =>
        {
            var suggestions = (await PreviewAsync("es", "Secado de cacao", "Secadores solares para cacao.", "\"countries\":[\"LC\"],\"minScore\":0"))["suggestions"]!.AsArray();
            var quoted = suggestions.FirstOrDefault(suggestion => suggestion!["offer"]!.GetValue<string>() == offer)?["explanation"]!["offerSentence"]!.GetValue<string>();
            return quoted == expected ? quoted : null;
        });
        await QuoteAsync("Secadores solares de cacao para cooperativas.");

        using var changed = await exchange.Json.PatchAsync($"/v1/{offer}?updateMask=summary", new StringContent("""{"summary":"Secadores solares de cacao, hechos de bambú."}""", null, "application/json"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        await QuoteAsync("Secadores solares de cacao, hechos de bambú.");
    }

    [Fact]
    public async Task Constraints_leave_out_what_does_not_meet_them_and_unreadable_ones_are_refused()
    {
        var offer = await PublishAsync("sv", "X-3", "Cosecha de niebla en laderas", "Mallas que recogen agua de niebla para huertos de ladera.");
        Task<JsonObject> Ask(string constraint) => PreviewAsync("es", "Recoger agua de niebla en laderas", "Mallas para huertos.", $"{constraint},\"minScore\":0,\"pageSize\":100");
        static bool Holds(JsonObject answer, string offer) => answer["suggestions"]!.AsArray().Any(suggestion => suggestion!["offer"]!.GetValue<string>() == offer);
        await exchange.EventuallyAsync(async () => Holds(await Ask("\"countries\":[\"SV\"]"), offer) ? "there" : null);

        Assert.True(Holds(await Ask("\"maturities\":[\"AVAILABLE_ASSISTANCE\"],\"answerLanguageCodes\":[\"es\"]"), offer));
        Assert.False(Holds(await Ask("\"maturities\":[\"IN_EXECUTION\"]"), offer));
        Assert.False(Holds(await Ask("\"countries\":[\"PE\"]"), offer));
        Assert.False(Holds(await Ask("\"answerLanguageCodes\":[\"fr\"]"), offer));
        foreach (var (constraint, field) in new[] { ("\"maturities\":[\"RIPE\"]", "maturities"), ("\"countries\":[\"Peru\"]", "countries"), ("\"answerLanguageCodes\":[\"de\"]", "answerLanguageCodes") })
        {
            using var refused = await exchange.Json.PostAsync("/v1/suggestions:preview", Body("es", "Recoger agua", "", constraint), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains($"\"{field}\"", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_text_gets_every_goal_and_area_best_first_with_the_words_that_say_so()
    {
        var codes = await exchange.PostAsync("/v1/taxonomy:suggestCodes", """{"text":"Sewage treatment plants and safe drinking water for rural villages","languageCode":"en"}""");

        Assert.Equal((17, 11), (codes["goals"]!.AsArray().Count, codes["areas"]!.AsArray().Count));
        Assert.Equal(6, codes["goals"]![0]!["goal"]!.GetValue<int>());
        Assert.Contains("drinking water", string.Join(' ', codes["goals"]![0]!["terms"]!.AsArray().Select(term => term!.GetValue<string>())), StringComparison.Ordinal);
        var probabilities = codes["goals"]!.AsArray().Select(goal => goal!["probability"]!.GetValue<double>()).ToList();
        Assert.Equal(probabilities.OrderDescending(), probabilities);
        using var empty = await exchange.Json.PostAsync("/v1/taxonomy:suggestCodes", new StringContent("{}", null, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
    }

    [Fact]
    public async Task On_publication_missing_tags_are_proposed_and_never_set()
    {
        var created = await exchange.PostAsync("/v1/authorities/do/offers", """{"title":"Vacunación y atención primaria rural","summary":"Brigadas de salud que vacunan y atienden a madres y niños en comunidades alejadas.","languageCode":"es","areasOfFocus":["other"],"goals":[17],"maturity":"MATURITY_IN_EXECUTION"}""");
        var published = await exchange.PostAsync($"/v1/{created["name"]!.GetValue<string>()}:publish", $$"""{"etag":"{{created["etag"]!.GetValue<string>()}}"}""");

        var proposal = Assert.Single(published["tagProposals"]!.AsArray(), tag => tag!["goal"]!.GetValue<int>() == 3)!;
        Assert.InRange(proposal["probability"]!.GetValue<double>(), 0.5, 1);
        Assert.Equal("[17]", published["goals"]!.ToJsonString());
        var stored = await exchange.GetAsync($"/v1/{published["name"]!.GetValue<string>()}");
        Assert.Equal(("[17]", "[\"other\"]", 0), (stored["goals"]!.ToJsonString(), stored["areasOfFocus"]!.ToJsonString(), stored["tagProposals"]!.AsArray().Count));

        var findings = await exchange.EventuallyAsync(async () => (await exchange.GetAsync("/v1/findings?kind=PARTNERSHIPS_ONLY&filter=country%3DDO"))["findings"]!.AsArray() is { Count: > 0 } some ? some : null);
        Assert.Contains(findings, finding => finding!["proposedAction"]!.GetValue<string>().Contains("goal 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_item_whose_text_speaks_of_other_goals_than_its_tags_is_listed()
    {
        var offer = await PublishAsync("cr", "X-4", "Vacunación infantil y salud materna en zonas rurales", "Campañas de vacunación, atención primaria de salud y parteras formadas en hospitales y centros de salud.", "\"goals\":[14]");

        var findings = await exchange.EventuallyAsync(async () => (await exchange.GetAsync("/v1/findings?kind=TAGS_DISAGREE&filter=country%3DCR"))["findings"]!.AsArray() is { Count: > 0 } some ? some : null);

        var finding = Assert.Single(findings, finding => finding!["item"]!.GetValue<string>() == offer)!;
        Assert.Equal("14", finding["value"]!.GetValue<string>());
        Assert.Contains("goal 3", finding["proposedAction"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private async Task<string> PublishAsync(string authority, string reference, string title, string summary, string tags = "\"goals\":[]") => (await exchange.PostAsync(
        $"/v1/authorities/{authority}/catalogImports",
        $$"""{"rows":[{"sourceReference":"{{reference}}","kind":"OFFER","title":"{{title}}","summary":"{{summary}}","languageCode":"es","maturity":"AVAILABLE_ASSISTANCE",{{tags}}}],"publish":true,"partial":true}"""))["rows"]![0]!["item"]!.GetValue<string>();

    private Task<JsonObject> PreviewAsync(string language, string title, string summary, string more) =>
        exchange.PostAsync("/v1/suggestions:preview", Body(language, title, summary, more).ReadAsStringAsync(TestContext.Current.CancellationToken).Result);

    private static StringContent Body(string language, string title, string summary, string more) =>
        new($$"""{"need":{"title":"{{title}}","summary":"{{summary}}","languageCode":"{{language}}"},"languageCode":"{{language}}",{{more}}}""", null, "application/json");
}
