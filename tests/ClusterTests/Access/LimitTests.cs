using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.ClusterTests.Identity;
using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Gateway.Limits;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.Identity.People;
using CooperaNet.Matching.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Options;

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

    /// <summary>Only their requests tell that these may look at everything.</summary>
    [Theory]
    [InlineData("/v1/authorities/-/offers?filter=water", "/v1/authorities/-/offers")]
    [InlineData("/v1/statistics?asOfTime=2026-01-01T00:00:00Z", "/v1/statistics")]
    public async Task A_read_that_looks_at_everything_counts_as_a_computation(string all, string usual)
    {
        await using var issuer = await IssuerServer.StartAsync(exchange, ("Limits:Computations", "1"), ("Limits:BurstSeconds", "2"));
        using var refused = await AskUntilRefusedAsync(issuer, all);
        using var served = await issuer.Json.GetAsync(usual, cancellation);

        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.OK), (refused.StatusCode, served.StatusCode));
    }

    /// <summary>A load balancer that asks often must not find a healthy service ill.</summary>
    [Fact]
    public async Task Who_asks_for_health_is_always_answered()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange, ("Limits:Reads", "1"), ("Limits:BurstSeconds", "1"), ("Gateway:MaxCalls", "1"));
        var health = new Grpc.Health.V1.Health.HealthClient(issuer.Channel);

        await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ => await health.CheckAsync(new(), cancellationToken: cancellation)));
    }

    /// <summary>Packed it is a few kilobytes.</summary>
    [Fact]
    public async Task A_message_that_grows_too_large_when_it_is_unpacked_is_refused()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var packed = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        async Task<StatusCode> AskAsync(int length) => (await Assert.ThrowsAsync<RpcException>(async () => await new MatchingService.MatchingServiceClient(issuer.Channel)
            .PreviewSuggestionsAsync(new() { Need = new() { Title = "Water", Summary = new string('a', length) } }, packed, cancellationToken: cancellation))).StatusCode;

        Assert.Equal(StatusCode.InvalidArgument, await AskAsync(1_000_000)); // was read: it is too long for a summary
        Assert.Equal(StatusCode.ResourceExhausted, await AskAsync(50_000_000));
    }

    [Fact]
    public async Task One_caller_runs_an_eighth_of_the_imports_and_exports_and_a_stopped_one_makes_room()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange, ("Gateway:MaxTransfers", "8"));
        var tokens = await issuer.SignInProgramAsync(await issuer.NewHolderAsync("partners/limits-transfers"));
        var headers = new Metadata { { "authorization", $"Bearer {tokens["access_token"]}" } };
        var catalog = new CatalogService.CatalogServiceClient(issuer.Channel);
        async Task<StatusCode> TryAsync()
        {
            using var other = catalog.StreamCatalogImport(headers, cancellationToken: cancellation);
            await other.RequestStream.CompleteAsync();
            return (await Assert.ThrowsAsync<RpcException>(async () => await other.ResponseStream.MoveNext(cancellation))).StatusCode;
        }

        async Task<StatusCode> TryBesideAsync()
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using var first = catalog.StreamCatalogImport(headers, cancellationToken: stop.Token);
            try
            {
                await first.RequestStream.WriteAsync(new() { Settings = new() { Parent = "partners/limits-transfers", Format = CatalogFormat.Csv } }, cancellation);
            }
            catch (RpcException)
            {
                return StatusCode.OK; // the one before has not gone yet
            }

            await Task.Delay(50, cancellation); // whichever comes first has the place
            var status = await TryAsync();
            await stop.CancelAsync();
            return status;
        }

        Assert.Equal(StatusCode.ResourceExhausted, await UntilAsync(TryBesideAsync, StatusCode.ResourceExhausted));
        Assert.Equal(StatusCode.InvalidArgument, await UntilAsync(TryAsync, StatusCode.InvalidArgument)); // it has no settings
    }

    /// <summary>Access that ends must end what was begun with it.</summary>
    [Fact]
    public async Task An_import_ends_with_the_account()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var tokens = await issuer.SignInProgramAsync(await issuer.NewHolderAsync("partners/limits-import"));
        using var import = new CatalogService.CatalogServiceClient(issuer.Channel).StreamCatalogImport(new Metadata { { "authorization", $"Bearer {tokens["access_token"]}" } }, cancellationToken: cancellation);
        await import.RequestStream.WriteAsync(new() { Settings = new() { Parent = "partners/limits-import", Format = CatalogFormat.Csv } }, cancellation);
        await exchange.Grains.GetAccount(ParentId.Parse("partners/limits-import", "name")).SuspendAsync("", Caller.System, cancellation);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await import.ResponseStream.MoveNext(cancellation));

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
    }

    /// <summary>What is refused for the network's sake must neither lock an address out nor fill the memory.</summary>
    [Fact]
    public void Attempts_refused_for_a_network_count_for_no_address()
    {
        using var attempts = new Attempts(Options.Create(new SignInOptions { MaxAttempts = 1, MaxAttemptsFrom = 1 }));
        var (one, sameNetwork, other) = (IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::2"), IPAddress.Parse("2001:db8:1::1"));

        Assert.True(attempts.Allow("a@example.org", one));
        Assert.False(attempts.Allow("b@example.org", sameNetwork));
        Assert.True(attempts.Allow("b@example.org", other));
        Assert.False(attempts.Allow(new string('x', 10_000), IPAddress.Loopback));
    }

    [Fact]
    public async Task The_issuer_answers_so_many_calls_of_one_network()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange, ("Limits:Computations", "1"), ("Limits:BurstSeconds", "40"));
        async Task<HttpStatusCode> AskAsync()
        {
            using var answer = await issuer.Json.PostAsync("/connect/device", new FormUrlEncodedContent([new("client_id", "cooperanet")]), cancellation);
            return answer.StatusCode;
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], [await AskAsync(), await AskAsync(), await AskAsync()]);
    }

    [Theory]
    [InlineData("10.0.0.0/24", true)]
    [InlineData("10.0.0.7", true)]
    [InlineData("2001:db8::/32", true)]
    [InlineData("proxy.example.org", false)]
    public void A_proxy_is_an_address_or_a_network(string text, bool isOne) => Assert.Equal(isOne, GatewayOptions.FindNetwork(text) is not null);

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

    private async Task<StatusCode> UntilAsync(Func<Task<StatusCode>> ask, StatusCode wanted)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            if (await ask() is var status && (status == wanted || patience.Elapsed > TimeSpan.FromSeconds(20)))
            {
                return status;
            }

            await Task.Delay(50, cancellation);
        }
    }

    private async Task<HttpResponseMessage> AskUntilRefusedAsync(IssuerServer issuer, string path = "/v1/authorities/pe")
    {
        for (var i = 0; ; i++)
        {
            Assert.InRange(i, 0, 50);
            var answer = await issuer.Json.GetAsync(path, cancellation);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return answer;
            }

            answer.Dispose();
        }
    }
}
