namespace CooperaNet.Matching.Exchange;

/// <summary>What an empty exchange starts with. Bound from the section "Exchange".</summary>
public sealed class ExchangeOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Exchange";

    /// <summary>Load the sample into an empty store. On in Development; refused in Production.</summary>
    public bool LoadSample { get; set; }

    /// <summary>The folder of the sample. Default: data/sample beside the program.</summary>
    public string SampleDirectory { get; set; } = Path.Combine(AppContext.BaseDirectory, "data", "sample");
}
