namespace CooperaNet.Matching.Trainer;

/// <summary>Tags as bit masks, as the index holds them.</summary>
internal static class Bits
{
    /// <summary>The areas of focus in the order of the exchange's own list.</summary>
    public static IReadOnlyList<string> AreaSlugs { get; } = [.. Taxonomy.AreasOfFocus.All.Select(area => area.Key)];

    public static int Areas(IEnumerable<string> areas) => areas.Aggregate(0, (bits, area) => bits | (1 << Taxonomy.AreasOfFocus.PositionOf(area)));

    public static int Goals(IEnumerable<int> goals) => goals.Aggregate(0, (bits, goal) => bits | (1 << (goal - 1)));
}
