using System.ComponentModel.DataAnnotations;

namespace CooperaNet.Matching.Gateway;

/// <summary>Where the gateway listens. Bound from the section "Gateway"; checked at start.</summary>
public sealed class GatewayOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Gateway";

    /// <summary>JSON and pages, HTTP/1.1. Default: 8080.</summary>
    [Range(1, 65_535)]
    public int JsonPort { get; set; } = 8080;

    /// <summary>gRPC, HTTP/2 without TLS. Default: 8081.</summary>
    [Range(1, 65_535)]
    public int GrpcPort { get; set; } = 8081;

    /// <summary>The address to listen on: loopback only, as long as there is no sign-in. Default: 127.0.0.1.</summary>
    public string Address { get; set; } = "127.0.0.1";
}
