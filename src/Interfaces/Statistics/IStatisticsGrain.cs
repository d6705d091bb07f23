namespace CooperaNet.Matching.Statistics;

/// <summary>Counts of one dimension.</summary>
/// <param name="Dimension">type, country, area, goal or account.</param>
/// <param name="Value">The key within it.</param>
/// <param name="Count">Published items (type, country), their tags (area, goal), or authorities (account).</param>
[GenerateSerializer, Immutable, Alias("cooperanet.StatisticCount")]
public readonly record struct StatisticCount([property: Id(0)] string Dimension, [property: Id(1)] string Value, [property: Id(2)] long Count);

/// <summary>All counts, read in one snapshot of the database.</summary>
/// <param name="AsOf">The moment they hold for, UTC.</param>
/// <param name="Counts">Zero counts are left out.</param>
/// <param name="Version">Grows with every change of the counts; 0 for a moment of the past.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.StatisticSnapshot")]
public sealed record StatisticSnapshot([property: Id(0)] DateTimeOffset AsOf, [property: Id(1)] IReadOnlyList<StatisticCount> Counts, [property: Id(2)] long Version);

/// <summary>Reads the figures. They equal a recount of the same snapshot.</summary>
[Alias("cooperanet.IStatisticsGrain")]
public interface IStatisticsGrain : IGrainWithIntegerKey
{
    /// <summary>The counts now, or as they were at <paramref name="asOf"/>.</summary>
    [Alias("Get")]
    Task<StatisticSnapshot> GetAsync(DateTimeOffset? asOf, CancellationToken cancellationToken);
}
