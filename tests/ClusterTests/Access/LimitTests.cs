using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.ClusterTests.Identity;
using CooperaNet.Matching.Gateway.Limits;
using CooperaNet.Matching.V1;
using Google.Rpc;
using Grpc.Core;

namespace CooperaNet.Matching.ClusterTests.Access;

/// <summary>What a caller may ask, and what browsers are told.</summary>
public class LimitTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_asks_too_much_is_told_when_to_come_back_and_other_kinds_of_calls_are_served()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange, ("Limits:Reads", "2"), ("Limits:BurstSeconds", "2"));
        using var refused = await AskUntilRefusedAsync(issuer);
        var error = (await refused.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
        Assert.Equal((HttpStatusCode.TooManyRequests, 8, true), (refused.StatusCode, error["code"]!.GetValue<int>(), refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1)));
        Assert.Contains("retryDelay", error.ToJsonString(), StringComparison.Ordinal);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
            {
                await new StatisticsService.StatisticsServiceClient(issuer.Channel).GetStatisticsAsync(new(), cancellationToken: cancellation);
            }
        });
        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        Assert.True(refusal.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.Seconds >= 1);
        using var preview = await issuer.Json.PostAsync("/v1/taxonomy:suggestCodes", new StringContent("""{"title":"Water"}""", null, "application/json"), cancellation);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, preview.StatusCode); // another kind of call has a limit of its own
    }

    [Theory]
    [InlineData("GetOffer", "Read")]
    [InlineData("WatchStatistics", "Read")]
    [InlineData("ListSuggestions", "Computation")]
    [InlineData("StreamCatalogImport", "Computation")]
    [InlineData("PublishOffer", "Write")]
    [InlineData("SuspendAccount", "Write")]
    public void A_call_costs(string method, string cost) => Assert.Equal(cost, RateGuard.CostOf(method).ToString());

    [Fact]
    public async Task Browsers_are_told_to_be_careful_and_other_pages_may_not_call()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://localhost/v1/statistics") { Headers = { { "Origin", "https://evil.example.org" } } };
        using var answer = await issuer.Json.SendAsync(request, cancellation);

        Assert.Equal(
            ("nosniff", "max-age=31536000; includeSubDomains", false),
            (answer.Headers.GetValues("X-Content-Type-Options").Single(), answer.Headers.GetValues("Strict-Transport-Security").Single(), answer.Headers.Contains("Access-Control-Allow-Origin")));
    }

    private async Task<HttpResponseMessage> AskUntilRefusedAsync(IssuerServer issuer)
    {
        for (var i = 0; ; i++)
        {
            Assert.InRange(i, 0, 50);
            var answer = await issuer.Json.GetAsync("/v1/authorities/pe", cancellation);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return answer;
            }

            answer.Dispose();
        }
    }
}
