using System.ComponentModel.DataAnnotations;

namespace CooperaNet.Matching;

/// <summary>How matching behaves. Bound from the section "Matching"; checked when the silo starts.</summary>
public sealed class MatchingOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Matching";

    /// <summary>Partitions of the index. Stored with the data; another value is refused at start. Default: 2.</summary>
    [Range(1, 256)]
    public int Partitions { get; set; } = 2;

    /// <summary>Suggestions kept for each need. Default: 100.</summary>
    [Range(1, 1_000)]
    public int KeptPerNeed { get; set; } = 100;

    /// <summary>In the first this many suggestions a third country gets a place, when one qualifies. Default: 5.</summary>
    [Range(1, 100)]
    public int ExposureDepth { get; set; } = 5;

    /// <summary>How often a partition looks for changes. Default: 200 milliseconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan FollowPeriod { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a caller waits for a partition before it answers without it and says so. Default: 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:30")]
    public TimeSpan PartitionDeadline { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a silo looks whether its partitions should lie elsewhere; they move when the members were the same twice. Default: 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan BalancePeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the model's centres are fitted to the exchange's own texts, which makes a new version of the model; zero never does. Default: one day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan RefitPeriod { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Refitted centres at least this far from those in use make a new version. 0.001 to 2, without unit. Default: 0.05.</summary>
    [Range(0.001, 2.0)]
    public double RefitDistance { get; set; } = 0.05;

    /// <summary>The model's file. Default: data/model/model.bin beside the program.</summary>
    public string Model { get; set; } = Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin");
}
