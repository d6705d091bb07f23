using CooperaNet.Matching.Gateway.Access;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Streams;

/// <summary>What all streams to clients share: their number is limited, they end with the caller's token or account and when the program stops, and a reader that fell behind is told so.</summary>
internal sealed class StreamGuard(IHostApplicationLifetime lifetime, AccountWatch accounts, IOptions<GatewayOptions> options, TimeProvider clock)
{
    private int open;

    /// <summary>Runs a stream until its client leaves, it falls behind, or the program stops.</summary>
    /// <exception cref="MatchingException">Exhausted: too many streams.</exception>
    /// <exception cref="RpcException">Unavailable: the program stops. Unauthenticated: the token has expired.</exception>
    public async Task RunAsync<T>(Subscription<T> subscription, ServerCallContext context, Func<CancellationToken, Task> stream)
    {
        using var subscribed = subscription;
        if (Interlocked.Increment(ref open) > options.Value.MaxStreams)
        {
            Interlocked.Decrement(ref open);
            throw new MatchingException(MatchingError.Exhausted, $"{options.Value.MaxStreams} streams are open; try again later.");
        }

        using var expired = Expiry(context.Identified().Expires);
        using var watched = accounts.Watch(context.Identified());
        using var ended = CancellationTokenSource.CreateLinkedTokenSource([context.CancellationToken, lifetime.ApplicationStopping, subscription.Dropped, expired.Token, watched.Ended]);
        try
        {
            await stream(ended.Token);
        }
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The service stops; open the stream again with the last resume token."));
        }
        catch (Exception) when (expired.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new MatchingException(MatchingError.Unauthenticated, "The token has expired; open the stream again with a new one and the last resume token.");
        }
        catch (Exception) when (watched.Ended.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw AccountTable.Refusal;
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    /// <summary>Cancelled when the token ends; a timer can't wait longer than 49 days.</summary>
    private CancellationTokenSource Expiry(DateTimeOffset? expires) => expires - clock.GetUtcNow() is { } left && left < TimeSpan.FromDays(49)
        ? new(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock) : new();
}
