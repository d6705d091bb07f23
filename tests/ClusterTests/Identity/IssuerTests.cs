using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using CooperaNet.Matching.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CooperaNet.Matching.ClusterTests.Identity;

/// <summary>The flows by which people and programs get tokens, and what the tokens say.</summary>
public class IssuerTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_holder_signs_in_to_a_browser_application_by_code_and_pkce_and_works_through_the_gateway()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var address = await issuer.NewHolderAsync("partners/code-flow");
        using var browser = issuer.Open();

        var (verifier, challenge) = Pkce();
        var authorize = $"/connect/authorize?client_id=pages&response_type=code&redirect_uri={Uri.EscapeDataString("https://page.example.org/back")}&scope=offline_access&state=s1&code_challenge_method=S256&code_challenge={challenge}";
        var (_, toSignIn) = await browser.GetAsync(authorize);
        Assert.StartsWith("/identity/sign-in?back=", toSignIn, StringComparison.Ordinal);
        var back = HttpUtility.ParseQueryString(toSignIn.Split('?')[1])["back"]!;
        var (status, on) = await browser.SignInAsync(address, IssuerServer.Password, back);
        Assert.Equal((HttpStatusCode.Redirect, back), (status, on));
        var (_, answer) = await browser.GetAsync(on);
        Assert.StartsWith("https://page.example.org/back?", answer, StringComparison.Ordinal);
        var query = HttpUtility.ParseQueryString(new Uri(answer).Query);
        Assert.Equal("s1", query["state"]);

        Assert.Equal("invalid_grant", $"{(await issuer.TokenAsync(("grant_type", "authorization_code"), ("client_id", "pages"), ("code", query["code"]!), ("redirect_uri", "https://page.example.org/back"), ("code_verifier", Pkce().Verifier)))["error"]}");
        var tokens = await issuer.TokenAsync(("grant_type", "authorization_code"), ("client_id", "pages"), ("code", query["code"]!), ("redirect_uri", "https://page.example.org/back"), ("code_verifier", verifier));
        var token = new JsonWebToken($"{tokens["access_token"]}");
        Assert.Equal(
            ("at+jwt", "ES256", "http://localhost/", "cooperanet-matching", "partner", "partners/code-flow", "0", "pages"),
            (token.Typ, token.Alg, token.Issuer, token.Audiences.Single(), Claim("role"), Claim("participant"), Claim("epoch"), Claim("client_id")));
        Assert.False(token.TryGetClaim("stamp", out _));
        Assert.Equal(200, await issuer.AskAsync("POST", "/v1/partners/code-flow/offers?offerId=first", token.EncodedToken, """{"title":"Made by a holder","languageCode":"en"}"""));
        Assert.Equal(403, await issuer.AskAsync("POST", "/v1/authorities/pe/offers?offerId=first", token.EncodedToken, """{"title":"Not its own","languageCode":"en"}"""));
        string Claim(string name) => token.GetClaim(name).Value;
    }

    [Theory]
    [InlineData("without PKCE", "&code_challenge=", "")]
    [InlineData("with a plain challenge", "code_challenge_method=S256", "code_challenge_method=plain")]
    [InlineData("to another page", "page.example.org%2Fback", "evil.example.org%2Fback")]
    [InlineData("of an unknown application", "client_id=pages", "client_id=unknown")]
    [InlineData("for a token at once", "response_type=code", "response_type=token")]
    public async Task An_authorization_is_refused(string why, string sound, string spoilt)
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        using var browser = issuer.Open();
        var authorize = $"/connect/authorize?client_id=pages&response_type=code&redirect_uri={Uri.EscapeDataString("https://page.example.org/back")}&code_challenge_method=S256&code_challenge={Pkce().Challenge}".Replace(sound, spoilt, StringComparison.Ordinal);

        var (status, page) = await browser.GetAsync(authorize);

        Assert.True(status == HttpStatusCode.BadRequest || page.Contains("error=", StringComparison.Ordinal), $"{why}: {status} {page}");
        Assert.DoesNotContain("evil", status == HttpStatusCode.Redirect ? page : "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staff_signs_in_on_the_command_line_with_a_second_factor_and_is_refused_without()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var (address, key) = await issuer.NewStaffAsync("device@secretariat.example.org");
        using var browser = issuer.Open();
        using var asked = await issuer.Json.PostAsync("/connect/device", new FormUrlEncodedContent([new("client_id", "cooperanet"), new("scope", "offline_access read")]), cancellation);
        var device = (await asked.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
        Task<JsonObject> Poll() => issuer.TokenAsync(("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "cooperanet"), ("device_code", $"{device["device_code"]}"));
        Assert.Equal("authorization_pending", $"{(await Poll())["error"]}");

        var (_, toSecondFactor) = await browser.SignInAsync(address, IssuerServer.Password);
        Assert.StartsWith("/identity/second-factor", toSecondFactor, StringComparison.Ordinal);
        Assert.StartsWith("/identity/sign-in", (await browser.GetAsync("/connect/verify")).Page, StringComparison.Ordinal);
        var form = (await browser.GetAsync(toSecondFactor)).Page;
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SubmitAsync(toSecondFactor, form, ("code", "000000"))).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SubmitAsync(toSecondFactor, form, ("code", Totp.Code(key)))).Status);

        var ask = (await browser.GetAsync(new Uri($"{device["verification_uri_complete"]}").PathAndQuery)).Page;
        Assert.Contains($"{device["user_code"]}", ask, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Redirect, "/identity/program"), await browser.SubmitAsync("/connect/verify", ask, ("answer", "allow")));
        var tokens = await Poll();

        Assert.Equal(200, await issuer.AskAsync("GET", "/v1/auditEvents", $"{tokens["access_token"]}"));
        Assert.Equal("secretariat", new JsonWebToken($"{tokens["access_token"]}").GetClaim("role").Value);
        Assert.Contains("error", (await Poll()).ToJsonString(), StringComparison.Ordinal); // a device code is for one use
    }

    [Fact]
    public async Task A_refresh_token_is_replaced_at_each_use_and_a_second_use_ends_the_family()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var tokens = await issuer.SignInProgramAsync(await issuer.NewHolderAsync("partners/refresh"));

        var second = await RefreshAsync(issuer, tokens);
        Assert.NotEqual($"{tokens["refresh_token"]}", $"{second["refresh_token"]}");
        var replayed = await RefreshAsync(issuer, tokens);
        var third = await RefreshAsync(issuer, second);

        Assert.Equal(("invalid_grant", "invalid_grant"), ($"{replayed["error"]}", $"{third["error"]}"));
    }

    [Fact]
    public async Task Signing_out_a_program_ends_its_refresh_token()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var tokens = await issuer.SignInProgramAsync(await issuer.NewHolderAsync("partners/revoke"));

        using var answer = await issuer.Json.PostAsync("/connect/revoke", new FormUrlEncodedContent([new("client_id", "cooperanet"), new("token", $"{tokens["refresh_token"]}")]), cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("invalid_grant", $"{(await RefreshAsync(issuer, tokens))["error"]}");
    }

    [Fact]
    public async Task An_application_gets_what_its_scopes_and_participant_allow()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        string secret;
        await using (var scope = issuer.Services.CreateAsyncScope())
        {
            secret = await new IdentityVerbs(scope.ServiceProvider).SetApplicationAsync("loader", "authorities/sr", ["read", "write"], cancellation);
        }

        var token = $"{(await issuer.TokenAsync(("grant_type", "client_credentials"), ("client_id", "loader"), ("client_secret", secret), ("scope", "read write")))["access_token"]}";

        Assert.Equal(200, await issuer.AskAsync("POST", "/v1/authorities/sr/offers?offerId=by-program", token, """{"title":"Loaded","languageCode":"en"}"""));
        Assert.Equal(403, await issuer.AskAsync("POST", "/v1/authorities/pe/offers?offerId=by-program", token, """{"title":"Loaded","languageCode":"en"}"""));
        Assert.Equal("invalid_client", $"{(await issuer.TokenAsync(("grant_type", "client_credentials"), ("client_id", "loader"), ("client_secret", secret + "x")))["error"]}");
        Assert.Equal("invalid_request", $"{(await issuer.TokenAsync(("grant_type", "client_credentials"), ("client_id", "loader"), ("client_secret", secret), ("scope", "admin")))["error"]}".Replace("invalid_scope", "invalid_request", StringComparison.Ordinal));
    }

    private static Task<JsonObject> RefreshAsync(IssuerServer issuer, JsonObject tokens) =>
        issuer.TokenAsync(("grant_type", "refresh_token"), ("client_id", "cooperanet"), ("refresh_token", $"{tokens["refresh_token"]}"));

    private static (string Verifier, string Challenge) Pkce()
    {
        var verifier = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        return (verifier, Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))));
    }
}
