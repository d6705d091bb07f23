using System.Threading.RateLimiting;
using CooperaNet.Matching.Gateway.Errors;
using CooperaNet.Matching.Gateway.Limits;
using CooperaNet.Matching.Gateway.Telemetry;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Resilience;

/// <summary>Refuses calls at once beyond <see cref="GatewayOptions.MaxCalls"/> and while the processors are late, so that those under way end in time: a queue would only make everybody late.</summary>
internal sealed class LoadInterceptor(IOptions<GatewayOptions> options, ProcessorQueue processors, GatewayMeters meters) : Interceptor, IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private readonly ConcurrencyLimiter limiter = new(new() { PermitLimit = options.Value.MaxCalls, QueueLimit = 0 });

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (HealthCalls.Are(context.Method))
        {
            return await continuation(request, context);
        }

        if (processors.IsOverloaded)
        {
            throw Refuse("The processors are late");
        }

        using var place = limiter.AttemptAcquire();
        return place.IsAcquired ? await continuation(request, context) : throw Refuse($"{options.Value.MaxCalls} calls are under way");
    }

    public void Dispose() => limiter.Dispose();

    private RpcException Refuse(string reason)
    {
        meters.Refused();
        var status = ErrorStatus.Of(Code.Unavailable, $"{reason}; try again in a second.", "Overloaded");
        status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = RetryDelay.ToDuration() }));
        return status.ToRpcException();
    }
}
