using System.ComponentModel.DataAnnotations;

namespace CooperaNet.Matching.Gateway.Limits;

/// <summary>How much one caller may ask of one gateway: the account or program of a token, or the network address of whoever has none. Bound from the section "Limits"; checked at start.</summary>
public sealed class LimitOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Limits";

    /// <summary>Whether there are limits; off where something in front has them. Default: true.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>Calls that read, a second. Default: 100.</summary>
    [Range(1, 1_000_000)]
    public int Reads { get; set; } = 100;

    /// <summary>Calls that change something, a second. Default: 50.</summary>
    [Range(1, 1_000_000)]
    public int Writes { get; set; } = 50;

    /// <summary>Calls that search, compute, import or export, a second. Default: 20.</summary>
    [Range(1, 1_000_000)]
    public int Computations { get; set; } = 20;

    /// <summary>How many seconds' worth may come at once. Default: 10.</summary>
    [Range(1, 3_600)]
    public int BurstSeconds { get; set; } = 10;
}
