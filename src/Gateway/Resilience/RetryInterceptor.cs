using CooperaNet.Matching.Gateway.Telemetry;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using Polly;
using Polly.Retry;

namespace CooperaNet.Matching.Gateway.Resilience;

/// <summary>
/// Hides a silo that dies or stops: repeats calls that ended with it, as long as <see cref="GatewayOptions.RetryFor"/> and the call's deadline
/// let it. Reading is safe to repeat; so is a change that has a request id, and one without gets one here.
/// </summary>
internal sealed class RetryInterceptor(IOptions<GatewayOptions> options, GatewayMeters meters, TimeProvider clock) : Interceptor
{
    private readonly ResiliencePipeline retries = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = arguments => ValueTask.FromResult(IsPassing(arguments.Outcome.Exception)),
        MaxRetryAttempts = int.MaxValue,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(50),
        MaxDelay = TimeSpan.FromMilliseconds(500),
        OnRetry = _ =>
        {
            meters.Repeated();
            return default;
        },
    }).Build();

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (!IsSafe(request, context.Method))
        {
            return await continuation(request, context);
        }

        using var patience = new CancellationTokenSource(options.Value.RetryFor, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, patience.Token);
        Exception? last = null;
        try
        {
            return await retries.ExecuteAsync(async _ =>
            {
                try
                {
                    return await continuation(request, context);
                }
                catch (Exception error)
                {
                    last = error;
                    throw;
                }
            }, ended.Token);
        }
        catch (OperationCanceledException) when (last is not null and not OperationCanceledException)
        {
            throw last; // what it was that didn't pass
        }
    }

    /// <summary>Whether the call is safe to repeat; gives a change without a request id one.</summary>
    private static bool IsSafe(object request, string method)
    {
        if (request is not IMessage message || Access.Policy.Find(method) is not { } rule)
        {
            return false;
        }

        if (message.Descriptor.FindFieldByName("request_id") is not { FieldType: FieldType.String } field)
        {
            return rule.Changes.Length == 0;
        }

        if (field.Accessor.GetValue(message) is "")
        {
            field.Accessor.SetValue(message, $"gateway-{Guid.NewGuid():n}");
        }

        return true;
    }

    /// <summary>A silo that died, stops or was taken for dead; an activation that another one overtook. Not the database: its callers are told at once.</summary>
    private static bool IsPassing(Exception? error) => error switch
    {
        InconsistentStateException { InnerException: null } => true,
        InconsistentStateException => false,
        OrleansException => true,
        _ => false,
    };
}
