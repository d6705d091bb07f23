using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Identity.People;

/// <summary>Limits attempts at one address and from one network address. It counts before anybody is looked up, so that it tells nothing about who exists, and a refused attempt costs no hash.</summary>
internal sealed class Attempts : IDisposable
{
    /// <summary>No address is longer (RFC 5321, section 4.5.3.1), nor the name of a link.</summary>
    private const int MaxAddress = 320;

    private static readonly TimeSpan AddressWindow = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan NetworkWindow = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> addresses;
    private readonly PartitionedRateLimiter<string> networks;

    public Attempts(IOptions<SignInOptions> options)
    {
        addresses = Sliding(options.Value.MaxAttempts, AddressWindow);
        networks = Sliding(options.Value.MaxAttemptsFrom, NetworkWindow);
    }

    /// <summary>Whether one more is allowed. What is refused for the network's sake counts for no address, and is not remembered.</summary>
    public bool Allow(string address, IPAddress? network)
    {
        using var from = networks.AttemptAcquire(NetworkAddress.Of(network));
        if (!from.IsAcquired || address.Length > MaxAddress)
        {
            return false;
        }

        using var at = addresses.AttemptAcquire(address.Trim().ToUpperInvariant());
        return at.IsAcquired;
    }

    public void Dispose()
    {
        addresses.Dispose();
        networks.Dispose();
    }

    private static PartitionedRateLimiter<string> Sliding(int permits, TimeSpan window) => PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetSlidingWindowLimiter(
        key, _ => new() { PermitLimit = permits, Window = window, SegmentsPerWindow = 5, QueueLimit = 0 }));
}
