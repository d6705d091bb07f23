using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Gateway.Resilience;
using CooperaNet.Matching.Gateway.Telemetry;
using CooperaNet.Matching.V1;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace CooperaNet.Matching.ClusterTests.Gateway;

/// <summary>What a gateway repeats, and what it refuses.</summary>
public sealed class ResilienceTests : IDisposable
{
    private const string Get = "/cooperanet.matching.v1.ExchangeService/GetOffer";
    private const string Publish = "/cooperanet.matching.v1.ExchangeService/PublishOffer";
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => services.Dispose();

    [Fact]
    public async Task A_call_that_ended_with_its_silo_is_repeated_with_one_request_id()
    {
        var (calls, ids) = (0, new HashSet<string>());

        var offer = await Retries().UnaryServerHandler<PublishOfferRequest, Offer>(new(), new CallContext(Publish), (request, _) =>
        {
            ids.Add(request.RequestId);
            return ++calls < 3 ? throw new SiloUnavailableException() : Task.FromResult(new Offer { Name = "done" });
        });

        Assert.Equal(("done", 3), (offer.Name, calls));
        Assert.StartsWith("gateway-", Assert.Single(ids), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_database_refused_is_told_at_once()
    {
        var calls = 0;

        await Assert.ThrowsAsync<InconsistentStateException>(() => Retries().UnaryServerHandler<GetOfferRequest, Offer>(new(), new CallContext(Get), (_, _) =>
        {
            calls++;
            throw new InconsistentStateException("A write was interrupted.", new IOException("disk"));
        }));

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task What_does_not_pass_in_time_is_told_as_it_is() =>
        await Assert.ThrowsAsync<SiloUnavailableException>(() => Retries(TimeSpan.FromMilliseconds(200)).UnaryServerHandler<GetOfferRequest, Offer>(new(), new CallContext(Get), (_, _) => throw new SiloUnavailableException()));

    [Fact]
    public async Task Beyond_the_limit_calls_are_refused_at_once_and_told_when_to_come_again()
    {
        using var processors = new ProcessorQueue(TimeSpan.FromMinutes(1), Task.Factory);
        using var load = new LoadInterceptor(Options.Create(new GatewayOptions { MaxCalls = 1 }), processors, Meters);
        var gate = new TaskCompletionSource<Offer>();
        var first = load.UnaryServerHandler<GetOfferRequest, Offer>(new(), new CallContext(Get), (_, _) => gate.Task);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => load.UnaryServerHandler<GetOfferRequest, Offer>(new(), new CallContext(Get), (_, _) => Task.FromResult(new Offer())));
        gate.SetResult(new());
        await first;

        Assert.Equal(StatusCode.Unavailable, refusal.StatusCode);
        Assert.Equal(1, refusal.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.Seconds);
        await load.UnaryServerHandler<GetOfferRequest, Offer>(new(), new CallContext(Get), (_, _) => Task.FromResult(new Offer()));
    }

    [Fact]
    public async Task While_work_waits_for_a_thread_calls_are_refused_at_once_and_then_no_more()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var threads = new ConcurrentExclusiveSchedulerPair();
        using var processors = new ProcessorQueue(TimeSpan.FromMilliseconds(100), new TaskFactory(threads.ExclusiveScheduler));
        using var load = new LoadInterceptor(Options.Create(new GatewayOptions()), processors, Meters);
        using var gate = new ManualResetEventSlim();
        await CallAsync();

        var busy = Task.Factory.StartNew(() => gate.Wait(patience.Token), patience.Token, TaskCreationOptions.None, threads.ExclusiveScheduler);
        await UntilAsync(() => processors.IsOverloaded);
        var refusal = await Assert.ThrowsAsync<RpcException>(CallAsync);
        gate.Set();
        await busy;
        await UntilAsync(() => !processors.IsOverloaded);

        Assert.Equal(StatusCode.Unavailable, refusal.StatusCode);
        Assert.Equal(1, refusal.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.Seconds);
        await CallAsync();

        Task<Offer> CallAsync() => load.UnaryServerHandler<GetOfferRequest, Offer>(new(), new CallContext(Get), (_, _) => Task.FromResult(new Offer()));

        async Task UntilAsync(Func<bool> condition)
        {
            while (!condition())
            {
                await Task.Delay(10, patience.Token);
            }
        }
    }

    private GatewayMeters Meters => ActivatorUtilities.CreateInstance<GatewayMeters>(services);

    private RetryInterceptor Retries(TimeSpan? patience = null) => new(Options.Create(new GatewayOptions { RetryFor = patience ?? TimeSpan.FromSeconds(5) }), Meters, TimeProvider.System);

    private sealed class CallContext(string method) : ServerCallContext
    {
        protected override string MethodCore => method;

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore => TestContext.Current.CancellationToken;

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Grpc.Core.Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore { get; } = new("", []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
