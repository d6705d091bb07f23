using System.Net;
using CooperaNet.Matching.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CooperaNet.Matching.ClusterTests.Gateway;

/// <summary>What a page in a browser may do: gRPC-Web, from allowed origins only.</summary>
public class BrowserTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/cooperanet.matching.v1.StatisticsService/WatchStatistics", "content-type,x-grpc-web,x-user-agent")]
    [InlineData("/cooperanet.matching.v1.MatchingService/WatchSuggestions", "content-type,x-grpc-web,grpc-timeout")]
    [InlineData("/v1/suggestions:preview", "content-type")]
    public async Task A_preflight_is_answered_for_an_allowed_origin_only(string path, string headers)
    {
        using var allowed = await PreflightAsync(path, headers, ExchangeFixture.Page);
        using var other = await PreflightAsync(path, headers, "https://elsewhere.example.org");

        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal(ExchangeFixture.Page, allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal(headers, allowed.Headers.GetValues("Access-Control-Allow-Headers").Single());
        Assert.Contains("POST", allowed.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain(other.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Figures_are_watched_over_grpc_web()
    {
        var headers = new Metadata { { "origin", ExchangeFixture.Page } };
        using var call = new StatisticsService.StatisticsServiceClient(exchange.WebChannel).WatchStatistics(new() { LanguageCode = "pt" }, headers, cancellationToken: cancellation);
        Assert.True(await call.ResponseStream.MoveNext(cancellation));
        var answered = await call.ResponseHeadersAsync;

        Assert.Equal((WatchKind.Snapshot, 5), (call.ResponseStream.Current.Kind, call.ResponseStream.Current.Statistics.Tables.Count));
        Assert.Equal(ExchangeFixture.Page, answered.GetValue("access-control-allow-origin"));
        Assert.Contains("grpc-status", answered.GetValue("access-control-expose-headers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Suggestions_are_watched_over_grpc_web_and_an_error_is_readable()
    {
        await exchange.PostAsync("/v1/authorities/lc/needs?needId=for-browsers", """{"title":"Faros y balizas","languageCode":"es"}""");
        await exchange.PostAsync("/v1/authorities/lc/needs/for-browsers:publish", "{}");
        var matching = new MatchingService.MatchingServiceClient(exchange.WebChannel.Intercept(headers => [.. headers, new("authorization", $"Bearer {exchange.Issuer.TokenOf("authorities/lc")}")]));
        using var call = matching.WatchSuggestions(new() { Parent = "authorities/lc/needs/for-browsers" }, cancellationToken: cancellation);
        using var nowhere = matching.WatchSuggestions(new() { Parent = "authorities/lc/needs/no-such-need" }, cancellationToken: cancellation);

        Assert.True(await call.ResponseStream.MoveNext(cancellation));
        Assert.Equal(WatchKind.Snapshot, call.ResponseStream.Current.Kind);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => nowhere.ResponseStream.MoveNext(cancellation))).StatusCode);
    }

    private async Task<HttpResponseMessage> PreflightAsync(string path, string headers, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return await exchange.Json.SendAsync(request, cancellation);
    }
}
