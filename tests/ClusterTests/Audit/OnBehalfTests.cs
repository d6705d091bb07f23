using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.V1;
using Google.Protobuf.Reflection;

namespace CooperaNet.Matching.ClusterTests.Audit;

/// <summary>The Secretariat acts for an authority, visibly; the authority confirms or corrects.</summary>
public class OnBehalfTests(ExchangeFixture exchange)
{
    private const string Instructed = "onBehalfOf.participant=authorities/gd&onBehalfOf.instruction=note%20of%202026-03-02";
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("without an instruction", "secretariat", "", 403, "on its behalf only: give onBehalfOf")]
    [InlineData("with an empty one", "secretariat", "&onBehalfOf.participant=authorities/gd", 400, "onBehalfOf.instruction")]
    [InlineData("with one of two lines", "secretariat", "&onBehalfOf.participant=authorities/gd&onBehalfOf.instruction=a%0Ab", 400, "onBehalfOf.instruction")]
    [InlineData("for another authority", "secretariat", "&onBehalfOf.participant=authorities/lc&onBehalfOf.instruction=note", 403, "on its behalf only: give onBehalfOf")]
    [InlineData("for nobody", "secretariat", "&onBehalfOf.participant=Grenada&onBehalfOf.instruction=note", 400, "onBehalfOf.participant")]
    [InlineData("by the authority itself", "focal-point", "&" + Instructed, 403, "Only the Secretariat acts on behalf of others")]
    [InlineData("by an administrator", "administrator", "&" + Instructed, 403, "not open to the role Administrator")]
    public async Task Acting_for_others_is_refused(string how, string role, string query, int status, string said)
    {
        var token = exchange.Issuer.Token(role, role == "focal-point" ? "authorities/gd" : "");
        var answer = await SendAsync(HttpMethod.Post, $"/v1/authorities/gd/needs?needId=refused{query}", """{"title":"Nutmeg processing","languageCode":"en"}""", token);

        Assert.Equal((how, status), (how, (int)answer.Status));
        Assert.Contains(said, answer.Body["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, "/v1/authorities/gd/needs/refused", "", exchange.Issuer.TokenOf("authorities/gd"))).Status);
    }

    [Fact]
    public async Task What_was_entered_for_an_authority_says_so_until_it_confirms_or_corrects()
    {
        var (secretariat, own) = (exchange.Issuer.TokenOf(""), exchange.Issuer.TokenOf("authorities/gd"));
        foreach (var id in (string[])["kept", "mended", "ignored"])
        {
            await SendAsync(HttpMethod.Post, $"/v1/authorities/gd/needs?needId={id}&{Instructed}", $$"""{"title":"Need {{id}}","languageCode":"en"}""", secretariat, 200);
            await SendAsync(HttpMethod.Post, $"/v1/authorities/gd/needs/{id}:publish", """{"onBehalfOf":{"participant":"authorities/gd","instruction":"call of 2026-03-03"}}""", secretariat, 200);
        }

        await SendAsync(HttpMethod.Post, "/v1/authorities/gd/needs/ignored:withdraw", """{"onBehalfOf":{"participant":"authorities/gd","instruction":"call of 2026-03-04"}}""", secretariat, 200);
        await SendAsync(HttpMethod.Patch, $"/v1/authorities/gd?updateMask=website&{Instructed}", """{"website":"https://example.org/gd"}""", secretariat, 200);
        var seen = await EntryAsync("/v1/authorities/gd/needs/kept", "");
        var owners = await EntryAsync("/v1/authorities/gd/needs/kept", own);
        var open = await ActionsAsync("openOnly=true");

        await SendAsync(HttpMethod.Post, "/v1/authorities/gd/needs/kept:confirm", "{}", own, 200);
        await SendAsync(HttpMethod.Patch, "/v1/authorities/gd/needs/mended?updateMask=title", """{"title":"Need, mended"}""", own, 200);
        await SendAsync(HttpMethod.Post, "/v1/authorities/gd/needs/ignored:confirm", "{}", own, 200); // withdrawn, and rightly so
        await SendAsync(HttpMethod.Post, "/v1/authorities/gd:confirm", "{}", own, 200);

        Assert.Equal(("authorities/gd", "Entered by the Secretariat for Grenada.", ""), (seen!["participant"]!.GetValue<string>(), seen["note"]!.GetValue<string>(), seen["instruction"]!.GetValue<string>()));
        Assert.Equal("call of 2026-03-03", owners!["instruction"]!.GetValue<string>());
        Assert.Equal(8, open.Count);
        Assert.All(open, action => Assert.Equal("OPEN", action!["answer"]!.GetValue<string>()));
        Assert.Equal(("authorities/gd", "update", "note of 2026-03-02"), (open[0]!["resource"]!.GetValue<string>(), open[0]!["verb"]!.GetValue<string>(), open[0]!["instruction"]!.GetValue<string>()));
        Assert.Equal(("website", "", "https://example.org/gd"), open[0]!["changes"]![0] is { } change ? (change["field"]!.GetValue<string>(), change["before"]!.GetValue<string>(), change["after"]!.GetValue<string>()) : default);
        Assert.Empty(await ActionsAsync("openOnly=true"));
        Assert.Equal("CONFIRMED CONFIRMED CORRECTED CONFIRMED", string.Join(' ', (await ActionsAsync("")).Where(action => action!["verb"]!.GetValue<string>() is "create" or "update").Select(action => action!["answer"]!.GetValue<string>())));
        foreach (var path in (string[])["needs/kept", "needs/mended", "needs/ignored"])
        {
            Assert.Null(await EntryAsync($"/v1/authorities/gd/{path}", own));
        }

        Assert.Equal("WITHDRAWN", (await SendAsync(HttpMethod.Get, "/v1/authorities/gd/needs/ignored", "", own)).Body["state"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Post, "/v1/authorities/gd:confirm", "{}", own)).Status); // nothing is left to confirm
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(HttpMethod.Post, "/v1/authorities/gd/needs/ignored:confirm", "{}", own)).Status);
    }

    [Fact]
    public async Task An_import_for_an_authority_says_so_on_each_item()
    {
        var answer = await SendAsync(
            HttpMethod.Post, "/v1/authorities/dm/catalogImports", """{"rows":[{"sourceReference":"B-1","kind":"OFFER","title":"Hurricane shelters","languageCode":"en"}],"publish":true,"onBehalfOf":{"participant":"authorities/dm","instruction":"catalogue of 2026-02"}}""", exchange.Issuer.TokenOf(""), 200);
        var item = $"/v1/{answer.Body["rows"]![0]!["item"]}";

        Assert.Equal("Entered by the Secretariat for Dominica.", (await EntryAsync(item, ""))!["note"]!.GetValue<string>());
        await SendAsync(HttpMethod.Post, "/v1/authorities/dm/catalogImports", """{"rows":[{"sourceReference":"B-1","kind":"OFFER","title":"Hurricane shelters and schools","languageCode":"en"}],"publish":true}""", exchange.Issuer.TokenOf("authorities/dm"), 200);
        Assert.Null(await EntryAsync(item, ""));
    }

    /// <summary>No request that changes something lacks the field.</summary>
    [Fact]
    public void Every_request_that_changes_a_participants_things_can_say_on_whose_behalf()
    {
        var changing = new FileDescriptor[] { AuthorityServiceReflection.Descriptor, ExchangeServiceReflection.Descriptor, CatalogServiceReflection.Descriptor }.SelectMany(file => file.Services).SelectMany(service => service.Methods)
            .Where(method => Matching.Gateway.Access.Policy.Find($"/{method.Service.FullName}/{method.Name}") is { Changes.Length: > 0 } rule && rule.Roles.Contains(CallerRole.Secretariat)).ToList();

        Assert.Equal(18, changing.Count);
        Assert.All(changing, method => Assert.NotNull((method.Name == "StreamCatalogImport" ? CatalogImportSettings.Descriptor : method.InputType).FindFieldByName("on_behalf_of")));
    }

    private async Task<JsonArray> ActionsAsync(string query) =>
        (await SendAsync(HttpMethod.Get, $"/v1/authorities/gd/actionsOnBehalf?pageSize=100&{query}".TrimEnd('&'), "", exchange.Issuer.TokenOf("authorities/gd"), 200)).Body["actions"]!.AsArray();

    private async Task<JsonNode?> EntryAsync(string path, string token) => (await SendAsync(HttpMethod.Get, path, "", token, 200)).Body["entryOnBehalf"];

    private async Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(HttpMethod method, string path, string body, string token, int? expected = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body.Length > 0 ? new StringContent(body, null, "application/json") : null };
        request.Headers.TryAddWithoutValidation("Authorization", token.Length > 0 ? $"Bearer {token}" : null);
        using var answer = await exchange.AnonymousJson.SendAsync(request, cancellation);
        var said = (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
        Assert.True(expected is null || (int)answer.StatusCode == expected, $"{method} {path}: {said.ToJsonString()}");
        return (answer.StatusCode, said);
    }
}
