using System.ComponentModel.DataAnnotations;
using System.Net;

namespace CooperaNet.Matching.Gateway;

/// <summary>Where the gateway listens, to whom it answers and how its streams behave. Bound from the section "Gateway"; checked at start.</summary>
public sealed class GatewayOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Gateway";

    /// <summary>Whether this process answers clients; a silo that doesn't has its health and its metrics only, on <see cref="JsonPort"/>. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>JSON and pages, HTTP/1.1. Default: 8080.</summary>
    [Range(1, 65_535)]
    public int JsonPort { get; set; } = 8080;

    /// <summary>gRPC, HTTP/2; without TLS unless there is a certificate. Default: 8081.</summary>
    [Range(1, 65_535)]
    public int GrpcPort { get; set; } = 8081;

    /// <summary>How often a stream looks for changes. Default: 0.5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan WatchPeriod { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a stream is silent before it says that it lives. Default: 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Streams that may be open at once. Default: 5,000.</summary>
    [Range(1, 100_000)]
    public int MaxStreams { get; set; } = 5_000;

    /// <summary>Imports and exports that may run at once; one caller may run an eighth of them. Default: 32.</summary>
    [Range(1, 10_000)]
    public int MaxTransfers { get; set; } = 32;

    /// <summary>Calls, without streams, that may be under way at once; further ones are refused at once with UNAVAILABLE, so that those under way end in time. Default: 256.</summary>
    [Range(1, 100_000)]
    public int MaxCalls { get; set; } = 256;

    /// <summary>How long work may wait for a thread; when it waits longer for half a second without a break, calls, without streams, are refused at once with UNAVAILABLE until it doesn't. Default: 0.1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a call that is safe to repeat is tried again when a silo dies or stops under it. Default: 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a process that was told to stop says that it isn't ready before it stops, so that load balancers send no more. Default: none.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainFor { get; set; }

    /// <summary>The address to listen on; beyond loopback only with a certificate and an issuer of tokens. Default: 127.0.0.1.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>For TLS on both ports. Default: none.</summary>
    public CertificateOptions Certificate { get; init; } = new();

    /// <summary>Origins whose browser pages may call the API, such as <c>https://example.org</c>; never <c>*</c>. Default: none.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Addresses, or networks such as <c>10.0.0.0/24</c>, of proxies and load balancers in front, from which X-Forwarded-For and X-Forwarded-Proto are believed. Default: none.</summary>
    public IReadOnlyList<string> Proxies { get; set; } = [];

    /// <summary>An address or network of <see cref="Proxies"/>; null for anything else.</summary>
    internal static IPNetwork? FindNetwork(string text) => IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : null;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Proxies.Where(proxy => FindNetwork(proxy) is null)
        .Select(proxy => new ValidationResult($"Gateway__Proxies: '{proxy}' is neither an IP address nor a network such as 10.0.0.0/24.", [nameof(Proxies)])).Concat(AllowedOrigins
        .Where(origin => !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == origin))
        .Select(origin => new ValidationResult($"Gateway__AllowedOrigins: '{origin}' is not an origin; give scheme, host and port as a browser does, for example https://example.org or http://localhost:8000.", [nameof(AllowedOrigins)])));
}
