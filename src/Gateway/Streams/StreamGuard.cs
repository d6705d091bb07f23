using System.Threading.RateLimiting;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Limits;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Streams;

/// <summary>What all streams to clients share: their number is limited, they end with the caller's token or account and when the program stops, and a reader that fell behind is told so.</summary>
internal sealed class StreamGuard(IHostApplicationLifetime lifetime, AccountWatch accounts, IOptions<GatewayOptions> options, TimeProvider clock) : IDisposable
{
    /// <summary>Of all imports and exports at once, one caller may run so many: one in so many places.</summary>
    private const int CallersShare = 8;

    private readonly ConcurrencyLimiter watching = new(new() { PermitLimit = options.Value.MaxStreams, QueueLimit = 0 });
    private readonly ConcurrencyLimiter transferring = new(new() { PermitLimit = options.Value.MaxTransfers, QueueLimit = 0 });
    private readonly PartitionedRateLimiter<string> transfersOf = PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetConcurrencyLimiter(
        caller, _ => new() { PermitLimit = Math.Max(1, options.Value.MaxTransfers / CallersShare), QueueLimit = 0 }));

    /// <summary>Runs a stream of changes until its client leaves, it falls behind, or the program stops.</summary>
    /// <exception cref="MatchingException">Exhausted: too many streams. Unauthenticated: the token has expired, or access has ended.</exception>
    /// <exception cref="RpcException">Unavailable: the program stops.</exception>
    public async Task RunAsync<T>(Subscription<T> subscription, ServerCallContext context, Func<CancellationToken, Task> stream)
    {
        using var subscribed = subscription;
        using var place = watching.AttemptAcquire();
        if (!place.IsAcquired)
        {
            throw new MatchingException(MatchingError.Exhausted, $"{options.Value.MaxStreams} streams are open; try again later.");
        }

        await RunAsync(context, context.Identified().Expires, "open the stream again with the last resume token", stream, subscription.Dropped);
    }

    /// <summary>Runs an import or export until it is done, its client leaves, or the program stops.</summary>
    /// <exception cref="MatchingException">Exhausted: too many at once. Unauthenticated: access has ended.</exception>
    /// <exception cref="RpcException">Unavailable: the program stops.</exception>
    public async Task TransferAsync(ServerCallContext context, Func<CancellationToken, Task> transfer)
    {
        using var own = transfersOf.AttemptAcquire(RateLimits.CallerOf(context.Caller(), context.GetHttpContext()));
        using var place = transferring.AttemptAcquire();
        if (!own.IsAcquired || !place.IsAcquired)
        {
            throw new MatchingException(MatchingError.Exhausted, $"Of {options.Value.MaxTransfers} imports and exports at once one caller may run {Math.Max(1, options.Value.MaxTransfers / CallersShare)}; try again when one has ended.");
        }

        await RunAsync(context, until: null, "begin again", transfer, CancellationToken.None); // a long file may outlast a token, but no account
    }

    public void Dispose()
    {
        watching.Dispose();
        transferring.Dispose();
        transfersOf.Dispose();
    }

    private async Task RunAsync(ServerCallContext context, DateTimeOffset? until, string advice, Func<CancellationToken, Task> stream, CancellationToken dropped)
    {
        using var expired = Expiry(until);
        using var watched = accounts.Watch(context.Identified());
        using var ended = CancellationTokenSource.CreateLinkedTokenSource([context.CancellationToken, lifetime.ApplicationStopping, dropped, expired.Token, watched.Ended]);
        try
        {
            await stream(ended.Token);
        }
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"The service stops; {advice}."));
        }
        catch (Exception) when (expired.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new MatchingException(MatchingError.Unauthenticated, $"The token has expired; with a new one, {advice}.");
        }
        catch (Exception) when (watched.Ended.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw AccountTable.Refusal;
        }
    }

    /// <summary>Cancelled at a moment, or never; a timer can't wait longer than 49 days.</summary>
    private CancellationTokenSource Expiry(DateTimeOffset? expires) => expires - clock.GetUtcNow() is { } left && left < TimeSpan.FromDays(49)
        ? new(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock) : new();
}
