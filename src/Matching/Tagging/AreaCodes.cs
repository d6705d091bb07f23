namespace CooperaNet.Matching.Tagging;

/// <summary>The areas that texts are sorted into: the ten named areas of focus, and what hides under "Other" as a second level.</summary>
public static class AreaCodes
{
    /// <summary>What a second-level code starts with.</summary>
    public const string OtherPrefix = "other/";

    /// <summary>Codes in the order of their positions.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "education-and-human-development", "economic-development-and-competitiveness", "small-and-medium-enterprises", "research-and-development", "innovation-and-technology",
        "sustainable-tourism-development", "sustainable-development-and-environment", "social-development", "productive-employment", "culture",
        "other/health", "other/security", "other/justice-and-human-rights", "other/public-management-innovation",
    ];

    /// <summary>The area of focus that a code belongs to.</summary>
    public static string AreaOf(int position) => All[position].StartsWith(OtherPrefix, StringComparison.Ordinal) ? "other" : All[position];
}
