namespace CooperaNet.Matching.ClusterTests.Gateway;

public class QualityTests(ExchangeFixture exchange)
{
    [Fact]
    public async Task Findings_name_the_item_the_value_and_an_action_page_by_page()
    {
        const string Summary = "Encuentros de bandas de marimba con talleres de afinación, reparación de teclas y enseñanza a niñas y niños de barrios";
        await exchange.PostAsync("/v1/authorities/ni/catalogImports", $$"""
            {"rows":[{"sourceReference":"1","kind":"OFFER","title":"Marimbas de barrio","summary":"{{Summary}}","languageCode":"es","areasOfFocus":["other"],"goals":[17]},
                     {"sourceReference":"2","kind":"OFFER","title":"Marimbas de barrio","summary":"{{Summary}}.","areasOfFocus":["culture"],"goals":[4]},
                     {"sourceReference":"3","kind":"OFFER","title":"Sin etiquetas","summary":"Nada más que un texto","languageCode":"es","links":["http://localhost/x"]}],"publish":true}
            """);

        var findings = await exchange.EventuallyAsync(async () =>
        {
            var (found, token) = (new List<string>(), "");
            do
            {
                var page = await exchange.GetAsync($"/v1/findings?filter=country = NI&pageSize=1&pageToken={token}");
                found.AddRange(page["findings"]!.AsArray().Select(finding => $"{finding!["kind"]} {finding["item"]!.GetValue<string>().Split('/')[^1][0]} {finding["value"]}"));
                token = page["nextPageToken"]!.GetValue<string>();
            }
            while (token.Length > 0);
            return found.Count(finding => finding.StartsWith("DUPLICATE", StringComparison.Ordinal)) == 2 ? found : null;
        });

        Assert.Equal(["OTHER_ONLY 1 other", "PARTNERSHIPS_ONLY 1 17"], findings.Take(2));
        Assert.StartsWith("DUPLICATE 1 authorities/ni/offers/2-", findings[2], StringComparison.Ordinal);
        Assert.Contains("LANGUAGE_DETECTED 2 es", findings);
        Assert.Contains("NO_TAGS 3 ", findings);
        Assert.Contains("BROKEN_LINK 3 http://localhost/x", findings);
        Assert.All((await exchange.GetAsync("/v1/findings?filter=country = NI&kind=NO_TAGS"))["findings"]!.AsArray(), finding => Assert.Equal("NO_TAGS", finding!["kind"]!.GetValue<string>()));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await exchange.Json.GetAsync("/v1/findings?kind=UGLY", TestContext.Current.CancellationToken)).StatusCode);
    }
}
