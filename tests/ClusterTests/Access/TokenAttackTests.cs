using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CooperaNet.Matching.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;

namespace CooperaNet.Matching.ClusterTests.Access;

/// <summary>Tokens that must not be believed. Each is tried on an RPC that needs one and on one that needs none: a bad token is never taken for no token.</summary>
public class TokenAttackTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("expired", "expired")]
    [InlineData("not yet valid", "not valid yet")]
    [InlineData("without an end", "not accepted")]
    [InlineData("wrong audience", "not meant for this service")]
    [InlineData("wrong issuer", "not a JWT of an issuer")]
    [InlineData("an ID token", "not accepted")]
    [InlineData("another's key under a known key id", "not accepted")]
    [InlineData("HMAC with the public key as secret", "not accepted")]
    [InlineData("RS384", "not accepted")]
    [InlineData("alg none", "not accepted")]
    [InlineData("alg None without a signature", "not accepted")]
    [InlineData("tampered payload", "not accepted")]
    [InlineData("tampered signature", "not accepted")]
    [InlineData("key in its own header", "not accepted")]
    [InlineData("no token at all", "not a JWT of an issuer")]
    [InlineData("no role", "names no role")]
    [InlineData("the role system", "names no role")]
    [InlineData("two roles", "must be given once")]
    [InlineData("a focal point of nobody", "does not fit the role")]
    [InlineData("a focal point of a partner", "does not fit the role")]
    [InlineData("a Secretariat of an authority", "does not fit the role")]
    [InlineData("no subject", "'sub' is empty")]
    [InlineData("a subject with a line break", "'sub' must be given once")]
    public async Task A_token_is_not_accepted(string attack, string told)
    {
        var token = Forge(attack);
        foreach (var (path, open) in new[] { ("/v1/findings", false), ("/v1/statistics", true) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            using var answer = await exchange.AnonymousJson.SendAsync(request, cancellation);
            var error = (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;

            Assert.Equal((open, HttpStatusCode.Unauthorized, 16), (open, answer.StatusCode, error["code"]!.GetValue<int>()));
            Assert.Contains(told, error["message"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.DoesNotContain(token, error.ToJsonString(), StringComparison.Ordinal);
        }

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new StatisticsService.StatisticsServiceClient(exchange.With(token)).GetStatisticsAsync(new(), cancellationToken: cancellation));
        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        Assert.Contains(told, refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task A_sound_token_of_either_algorithm_is_accepted(string algorithm)
    {
        var token = exchange.Issuer.Token("secretariat", change: token => token.SigningCredentials = algorithm == "ES256" ? exchange.Issuer.Es256 : exchange.Issuer.Rs256);

        await new QualityService.QualityServiceClient(exchange.With(token)).ListFindingsAsync(new(), cancellationToken: cancellation);
    }

    [Theory]
    [InlineData("Basic c2VjcmV0OnNlY3JldA==")]
    [InlineData("Bearer")]
    public async Task Another_kind_of_credentials_is_not_taken_for_none(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/statistics");
        request.Headers.TryAddWithoutValidation("Authorization", header);
        using var answer = await exchange.AnonymousJson.SendAsync(request, cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    /// <summary>An issuer on a server of its own, found by its metadata: its next key is learned, and a key that it never published is not.</summary>
    [Fact]
    public async Task Keys_are_read_from_the_issuers_metadata_and_followed_when_they_rotate()
    {
        using var next = new TestIssuer("next-");
        using var stranger = new TestIssuer("strange-");
        var published = exchange.Issuer;
        await using var server = WebApplication.CreateSlimBuilder().Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/.well-known/openid-configuration", (HttpRequest request) => Results.Json(new { issuer = TestIssuer.Name, jwks_uri = $"http://{request.Host}/keys" }));
        server.MapGet("/keys", () => Results.Text(published.KeySet, "application/json"));
        await server.StartAsync(cancellation);
        await using var gateway = await exchange.StartGatewayAsync(exchange.Clock, $"{server.Urls.Single()}/.well-known/openid-configuration");
        using var client = gateway.GetTestClient();
        async Task<HttpStatusCode> Ask(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/findings") { Headers = { Authorization = new("Bearer", token) } };
            using var answer = await client.SendAsync(request, cancellation);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Ask(exchange.Issuer.Token("secretariat")));
        published = next;
        await exchange.EventuallyAsync(async () => await Ask(next.Token("secretariat")) == HttpStatusCode.OK ? "learned" : null);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (await Ask(stranger.Token("secretariat")), await Ask(exchange.Issuer.Token("secretariat"))));
    }

    [Fact]
    public async Task A_stream_ends_with_its_token()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var gateway = await exchange.StartGatewayAsync(clock);
        using var channel = GrpcChannel.ForAddress("http://localhost", new() { HttpHandler = gateway.GetTestServer().CreateHandler() });
        var calls = channel.Intercept(headers => [.. headers, new("authorization", $"Bearer {exchange.Issuer.Token("secretariat")}")]);
        using var call = new StatisticsService.StatisticsServiceClient(calls).WatchStatistics(new(), cancellationToken: cancellation);
        Assert.True(await call.ResponseStream.MoveNext(cancellation));

        clock.Advance(TimeSpan.FromMinutes(16));

        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(cancellation))
            {
                // what was on its way
            }
        });
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
    }

    private string Forge(string attack)
    {
        var issuer = exchange.Issuer;
        string With(Action<SecurityTokenDescriptor> change) => issuer.Token("secretariat", change: change);
        var sound = issuer.Token("secretariat").Split('.');
        switch (attack)
        {
            case "expired": return With(token => (token.IssuedAt, token.NotBefore, token.Expires) = (DateTime.UtcNow.AddHours(-2), DateTime.UtcNow.AddHours(-2), DateTime.UtcNow.AddMinutes(-1)));
            case "not yet valid": return With(token => (token.NotBefore, token.Expires) = (DateTime.UtcNow.AddMinutes(2), DateTime.UtcNow.AddHours(1)));
            case "without an end": return With(token => token.Expires = null);
            case "wrong audience": return With(token => token.Audience = "another-service");
            case "wrong issuer": return With(token => token.Issuer = "https://other.example.org");
            case "an ID token": return With(token => token.TokenType = "id+jwt");
            case "another's key under a known key id": return With(token => token.SigningCredentials = new(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "ec" }, SecurityAlgorithms.EcdsaSha256));
            case "HMAC with the public key as secret": return With(token => token.SigningCredentials = new(new SymmetricSecurityKey(Encoding.ASCII.GetBytes(issuer.Rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = "rsa" }, SecurityAlgorithms.HmacSha256));
            case "RS384": return With(token => token.SigningCredentials = new(new RsaSecurityKey(issuer.Rsa) { KeyId = "rsa" }, SecurityAlgorithms.RsaSha384));
            case "alg none": return $"{Header("""{"alg":"none","typ":"at+jwt"}""")}.{sound[1]}.";
            case "alg None without a signature": return $"{Header("""{"alg":"None","typ":"at+jwt","kid":"ec"}""")}.{sound[1]}.{sound[2]}";
            case "tampered payload": return $"{sound[0]}.{Header(Base64UrlEncoder.Decode(issuer.Token("focal-point", "authorities/bb").Split('.')[1]).Replace("focal-point", "secretariat", StringComparison.Ordinal))}.{sound[2]}";
            case "tampered signature": return $"{sound[0]}.{sound[1]}.{(sound[2][0] == 'A' ? 'B' : 'A')}{sound[2][1..]}";
            case "key in its own header":
                using (var own = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(own));
                    return With(token => (token.SigningCredentials, token.AdditionalHeaderClaims) = (new(new ECDsaSecurityKey(ECDsa.Create(own.ExportParameters(true))), SecurityAlgorithms.EcdsaSha256), new Dictionary<string, object> { ["jwk"] = new Dictionary<string, string> { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = jwk.X, ["y"] = jwk.Y } }));
                }

            case "no token at all": return "secretariat";
            case "no role": return With(token => token.Claims.Remove("role"));
            case "the role system": return With(token => token.Claims["role"] = "system");
            case "two roles": return With(token => token.Claims["role"] = new[] { "focal-point", "secretariat" });
            case "a focal point of nobody": return issuer.Token("focal-point");
            case "a focal point of a partner": return issuer.Token("focal-point", "partners/some-partner");
            case "a Secretariat of an authority": return issuer.Token("secretariat", "authorities/bb");
            case "no subject": return With(token => token.Claims.Remove("sub"));
            case "a subject with a line break": return With(token => token.Claims["sub"] = "somebody\nINFO forged line");
            default: throw new ArgumentException(attack);
        }
    }

    private static string Header(string json) => Base64UrlEncoder.Encode(json);
}
