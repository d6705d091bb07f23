using System.ComponentModel.DataAnnotations;

namespace CooperaNet.Matching.Gateway.Clustering;

/// <summary>Which cluster a process belongs to, and how its other members reach it. Bound from the section "Cluster".</summary>
public sealed class ClusterMembershipSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Cluster";

    /// <summary>The cluster's name: processes of one name over one database find each other. Default: cooperanet.</summary>
    [Required]
    public string Id { get; set; } = "cooperanet";

    /// <summary>Where silos reach this silo. Default: 11111.</summary>
    [Range(1, 65_535)]
    public int SiloPort { get; set; } = 11_111;

    /// <summary>Where front ends reach this silo. Default: 30000.</summary>
    [Range(1, 65_535)]
    public int GatewayPort { get; set; } = 30_000;

    /// <summary>This machine's address or host name as the other members reach it; beyond loopback only with a certificate, or when the network is trusted. Default: 127.0.0.1.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The one certificate that all members share: each shows it and accepts no other, so that nobody else can speak to a silo. Default: none.</summary>
    public CertificateOptions Certificate { get; init; } = new();

    /// <summary>Whether members may speak to each other without a certificate beyond loopback, because nobody else reaches their ports. Default: false.</summary>
    public bool TrustNetwork { get; set; }

    /// <summary>Whether silos run in Kubernetes' pods: then their names, addresses and ends are taken from there. Default: false.</summary>
    public bool Kubernetes { get; set; }

    /// <summary>Silos that must find another dead before it is taken for dead. 1 up to three silos; 2 for more, so that one silo with a broken network cannot end the others. Default: 1.</summary>
    [Range(1, 10)]
    public int Votes { get; set; } = 1;

    /// <summary>How often a silo asks another whether it lives; two silent ones in a row count as a vote. Default: 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ProbePeriod { get; set; } = TimeSpan.FromSeconds(1);
}
