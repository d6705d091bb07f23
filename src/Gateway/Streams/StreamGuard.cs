using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Streams;

/// <summary>What all streams to clients share: their number is limited, they end when the program stops, and a reader that fell behind is told so.</summary>
internal sealed class StreamGuard(IHostApplicationLifetime lifetime, IOptions<GatewayOptions> options)
{
    private int open;

    /// <summary>Runs a stream until its client leaves, it falls behind, or the program stops.</summary>
    /// <exception cref="MatchingException">Exhausted: too many streams.</exception>
    /// <exception cref="RpcException">Unavailable: the program stops.</exception>
    public async Task RunAsync<T>(Subscription<T> subscription, ServerCallContext context, Func<CancellationToken, Task> stream)
    {
        using var subscribed = subscription;
        if (Interlocked.Increment(ref open) > options.Value.MaxStreams)
        {
            Interlocked.Decrement(ref open);
            throw new MatchingException(MatchingError.Exhausted, $"{options.Value.MaxStreams} streams are open; try again later.");
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping, subscription.Dropped);
        try
        {
            await stream(ended.Token);
        }
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The service stops; open the stream again with the last resume token."));
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }
}
