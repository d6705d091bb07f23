using System.Globalization;
using System.Threading.RateLimiting;
using CooperaNet.Matching.Gateway.Errors;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Limits;

/// <summary>What a call costs.</summary>
internal enum CallCost
{
    Read,
    Write,
    Computation,
}

/// <summary>How much each caller has left of what the limits allow.</summary>
internal sealed class RateLimits(IOptions<LimitOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<(string Caller, CallCost Cost)> limiter = PartitionedRateLimiter.Create<(string Caller, CallCost Cost), (string Caller, CallCost Cost)>(
        key => RateLimitPartition.GetTokenBucketLimiter(key, of => Bucket(options.Value, of.Cost)));

    /// <summary>Counts a call; a refusal, which says when to come back, when there were too many of its kind.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="context">From where.</param>
    /// <param name="cost">What kind of call.</param>
    /// <param name="weight">As how many calls it counts.</param>
    public Google.Rpc.Status? Refuse(Caller caller, HttpContext context, CallCost cost, int weight = 1)
    {
        if (!options.Value.IsOn)
        {
            return null;
        }

        using var lease = limiter.AttemptAcquire((CallerOf(caller, context), cost), Math.Min(weight, PerSecond(options.Value, cost) * options.Value.BurstSeconds));
        if (lease.IsAcquired)
        {
            return null;
        }

        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var told) && told > TimeSpan.FromSeconds(1) ? told : TimeSpan.FromSeconds(1);
        var status = ErrorStatus.Of(new MatchingException(MatchingError.Exhausted, "Too many calls of this kind; wait before the next."));
        status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = wait.ToDuration() }));
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return status;
    }

    public void Dispose() => limiter.Dispose();

    /// <summary>Who is counted as one: an account's tokens share its limit; staff have one each, and without a token everybody of one network address together.</summary>
    public static string CallerOf(Caller caller, HttpContext context) => caller.Role switch
    {
        CallerRole.Anonymous => $"from {NetworkAddress.Of(context.Connection.RemoteIpAddress)}",
        CallerRole.Application => $"application {caller.Subject}",
        _ => caller.Participant?.ToString() ?? $"subject {caller.Subject}",
    };

    private static int PerSecond(LimitOptions limits, CallCost cost) => cost switch { CallCost.Read => limits.Reads, CallCost.Write => limits.Writes, _ => limits.Computations };

    private static TokenBucketRateLimiterOptions Bucket(LimitOptions limits, CallCost cost)
    {
        var perSecond = PerSecond(limits, cost);
        return new() { TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), TokenLimit = perSecond * limits.BurstSeconds, QueueLimit = 0, AutoReplenishment = true };
    }
}
