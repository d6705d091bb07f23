using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.ClusterTests.Access;

/// <summary>What lists show to whom, in which order checks come, and that the grains decide once more.</summary>
public class AccessTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_and_exports_show_what_is_published_and_the_callers_own()
    {
        foreach (var owner in (string[])["authorities/ec", "authorities/ht"])
        {
            await exchange.PostAsync($"/v1/{owner}/offers?offerId=seen", """{"title":"Seen by everybody zunzún","languageCode":"en"}""");
            await exchange.PostAsync($"/v1/{owner}/offers/seen:publish", "{}");
            await exchange.PostAsync($"/v1/{owner}/offers?offerId=kept", """{"title":"Kept for itself zunzún","languageCode":"en"}""");
        }

        async Task<string> SeenBy(string role, string participant = "", string scope = "", string filter = "zunzún") => string.Join(' ', (await AskAsync(
            $"/v1/authorities/-/offers?filter={Uri.EscapeDataString(filter)}", role.Length == 0 ? "" : exchange.Issuer.Token(role, participant, scope)))["offers"]!.AsArray().Select(offer => offer!["name"]!.GetValue<string>()[12..].Replace("/offers/", " ", StringComparison.Ordinal)));

        Assert.Equal("ec seen ht seen", await SeenBy(""));
        Assert.Equal("", await SeenBy("", filter: "zunzún state = DRAFT"));
        Assert.Equal("ec seen ht seen", await SeenBy("administrator"));
        Assert.Equal("ec kept ec seen ht seen", await SeenBy("focal-point", "authorities/ec"));
        Assert.Equal("ec kept", await SeenBy("focal-point", "authorities/ec", filter: "zunzún state = DRAFT"));
        Assert.Equal("ec seen ht kept ht seen", await SeenBy("application", "authorities/ht", "read"));
        Assert.Equal("ec seen ht seen", await SeenBy("application", "authorities/ht"));
        Assert.Equal("ec kept ec seen ht kept ht seen", await SeenBy("secretariat"));
        Assert.DoesNotContain("Kept for itself", await exchange.AnonymousJson.GetStringAsync("/v1/authorities/-/catalog:export?filter=zunzún", cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain("Kept for itself", await exchange.AnonymousJson.GetStringAsync("/v1/authorities/ec/catalog:export", cancellation), StringComparison.Ordinal);
        Assert.Contains("Kept for itself", await exchange.Json.GetStringAsync("/v1/authorities/ec/catalog:export", cancellation), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await exchange.AnonymousJson.GetAsync("/v1/authorities/ec/offers/kept", cancellation)).StatusCode);
    }

    [Fact]
    public async Task Findings_are_on_ones_own_items_only()
    {
        foreach (var owner in (string[])["hn", "kn"])
        {
            await exchange.PostAsync($"/v1/authorities/{owner}/catalogImports", """{"rows":[{"sourceReference":"F-1","kind":"OFFER","title":"Untagged thing","languageCode":"en"}],"publish":true}""");
        }

        var findings = await AskAsync("/v1/findings?kind=NO_TAGS&pageSize=500", exchange.Issuer.TokenOf("authorities/hn"));

        Assert.NotEmpty(findings["findings"]!.AsArray());
        Assert.All(findings["findings"]!.AsArray(), finding => Assert.StartsWith("authorities/hn/", finding!["item"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POST", "/v1/authorities/pe/offers", "{ not JSON")]
    [InlineData("POST", "/v1/authorities/pe/offers?colour=red", "{}")]
    [InlineData("GET", "/v1/authorities/pe/catalogImports?pageSize=-1", null)]
    [InlineData("DELETE", "/v1/authorities/PE/offers/NOT-AN-ID", null)]
    public async Task Who_may_not_call_learns_nothing_of_what_is_wrong_with_the_request(string method, string path, string? body)
    {
        foreach (var (token, expected) in new[] { ("", HttpStatusCode.Unauthorized), (exchange.Issuer.Token("administrator"), HttpStatusCode.Forbidden) })
        {
            using var request = new HttpRequestMessage(new(method), path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
            request.Headers.TryAddWithoutValidation("Authorization", token.Length > 0 ? $"Bearer {token}" : null);
            using var answer = await exchange.AnonymousJson.SendAsync(request, cancellation);
            var error = (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;

            Assert.Equal(expected, answer.StatusCode);
            Assert.Equal(token.Length == 0 ? "UNAUTHENTICATED" : "NOT_PERMITTED", error["details"]![0]!["reason"]!.GetValue<string>());
        }
    }

    /// <summary>What another gateway, or a defect in this one, would meet.</summary>
    [Fact]
    public async Task Grains_refuse_by_themselves_what_the_gateway_would_not_have_let_through()
    {
        var owner = new ParentId(ParentKind.Authority, "gt");
        var own = new Caller { Subject = "t", Role = CallerRole.FocalPoint, Participant = owner };
        var foreign = own with { Participant = new(ParentKind.Authority, "sv") };
        var reader = own with { Role = CallerRole.Application, Scopes = [Caller.Read] };
        var item = exchange.Grains.GetItem(new(owner, ItemKind.Need, "by-themselves"));
        var content = new ItemContent { Title = "Decided by grains", LanguageCode = "en" };
        var import = exchange.Grains.GetCatalogImport(new(owner, "by-themselves"));
        await item.CreateAsync(content, own, false, cancellation);
        await import.StartAsync(new(false, true, true), own, cancellation);

        foreach (var caller in (Caller[])[foreign, reader, Caller.Anonymous, foreign with { Role = CallerRole.Administrator, Participant = null }])
        {
            var expected = caller == reader ? MatchingError.NotPermitted : MatchingError.NotFound; // a foreign draft isn't there
            foreach (var act in (Func<Task>[])
            [
                () => item.UpdateAsync(content, ItemFields.Title, "", caller, false, cancellation), () => item.PublishAsync("", caller, cancellation), () => item.WithdrawAsync("", caller, cancellation),
                () => item.ConfirmAsync("", caller, cancellation), () => item.DeleteAsync("", caller, cancellation),
            ])
            {
                Assert.Equal(expected, (await Assert.ThrowsAsync<MatchingException>(act)).Error);
            }

            Assert.Equal(caller == reader, await item.FindAsync(caller, cancellation) is not null);
            foreach (var act in (Func<Task>[])
            [
                () => item.CreateAsync(content, caller, false, cancellation), () => item.ImportAsync(content, ItemFields.All, true, caller, false, cancellation),
                () => exchange.Grains.GetParticipant(owner).UpdateAsync(new() { Website = "https://example.org" }, "", caller, cancellation),
                () => exchange.Grains.GetParticipant(owner).RegisterAsync(new Participant(), caller, cancellation),
                () => exchange.Grains.GetCatalogMapping(owner).SetAsync(new(), caller, cancellation),
                () => import.StartAsync(new(false, true, true), caller, cancellation), () => import.AppendAsync(1, 1, [], caller, cancellation), () => import.FinishAsync(1, caller, cancellation),
                () => import.FailAsync(1, "x", caller, cancellation), () => import.SuspendAsync(1, caller, cancellation), () => import.CancelAsync(caller, cancellation),
                () => import.WithdrawMissingAsync(0, caller, cancellation), () => import.ForgetAsync(1, DateTimeOffset.MaxValue, caller, cancellation),
            ])
            {
                Assert.Equal(MatchingError.NotPermitted, (await Assert.ThrowsAsync<MatchingException>(act)).Error);
            }

            if (caller != reader)
            {
                foreach (var act in (Func<Task>[])
                [
                    () => import.GetAsync(caller, cancellation), () => import.ListRowsAsync("", 0, "", caller, cancellation), () => exchange.Grains.GetCatalogMapping(owner).GetAsync(caller, cancellation).AsTask(),
                    () => exchange.Grains.GetRegister().ListCatalogImportsAsync(owner, 0, "", caller, cancellation),
                ])
                {
                    Assert.Equal(MatchingError.NotPermitted, (await Assert.ThrowsAsync<MatchingException>(act)).Error);
                }

                Assert.Equal(MatchingError.NotFound, (await Assert.ThrowsAsync<MatchingException>(() => exchange.Grains.GetMatchmaker().ListSuggestionsAsync(new(owner, ItemKind.Need, "by-themselves"), new(0, "", null, "", Suggestions.SuggestionConstraints.None), caller, cancellation))).Error);
            }
        }

        Assert.Equal(1, (await item.FindAsync(own, cancellation))!.Revision);
        Assert.Equal(CatalogImportState.Running, (await import.GetAsync(own, cancellation)).State);
    }

    [Theory]
    [InlineData("0.0.0.0", "", true)]
    [InlineData("0.0.0.0", "cert.pem", false)]
    [InlineData("192.0.2.1", "", false)]
    [InlineData("not an address", "cert.pem", true)]
    public void Beyond_loopback_the_gateway_wants_tls_and_sign_in(string address, string certificate, bool signIn) => Assert.Contains(
        $"Gateway__Address={address}", Assert.Throws<InvalidOperationException>(() => GatewayExtensions.Address(new() { Address = address, Certificate = new() { Path = certificate } }, signIn)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1", "", false)]
    [InlineData("::1", "", false)]
    [InlineData("0.0.0.0", "cert.pem", true)]
    public void With_both_or_on_loopback_it_listens(string address, string certificate, bool signIn) =>
        Assert.Equal(IPAddress.Parse(address), GatewayExtensions.Address(new() { Address = address, Certificate = new() { Path = certificate } }, signIn));

    private async Task<JsonObject> AskAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", token.Length > 0 ? $"Bearer {token}" : null);
        using var answer = await exchange.AnonymousJson.SendAsync(request, cancellation);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
    }
}
