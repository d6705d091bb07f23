namespace CooperaNet.Matching.Consistency;

/// <summary>How an item of the index differs from the register.</summary>
public enum DifferenceKind
{
    /// <summary>It is published, and not in the index.</summary>
    Missing = 1,

    /// <summary>It is in the index, and not published.</summary>
    Superfluous = 2,

    /// <summary>The index has another owner, country, area, goal, maturity, time of confirmation or of expiry.</summary>
    Outdated = 3,
}

/// <summary>One item that differs.</summary>
/// <param name="Kind">How.</param>
/// <param name="Item">Its name.</param>
/// <param name="Repaired">Whether it doesn't any more.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.IndexDifference")]
public sealed record IndexDifference([property: Id(0)] DifferenceKind Kind, [property: Id(1)] string Item, [property: Id(2)] bool Repaired);

/// <summary>What came of comparing some of a partition's items.</summary>
/// <param name="Compared">Published items that were looked at.</param>
/// <param name="Differences">By name; 100 at most.</param>
/// <param name="Next">Behind which name to go on; empty at the partition's end.</param>
/// <param name="Partitions">Their number.</param>
/// <param name="AsOf">The moment to which the partition followed.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.IndexComparison")]
public sealed record IndexComparison(
    [property: Id(0)] int Compared, [property: Id(1)] IReadOnlyList<IndexDifference> Differences, [property: Id(2)] string Next, [property: Id(3)] int Partitions, [property: Id(4)] DateTimeOffset AsOf);

/// <summary>Compares the index in memory with the register.</summary>
[Alias("cooperanet.IIndexGrain")]
public interface IIndexGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Compares the next items of a partition, by name, at the moment to which it follows: what changed later is no difference. Between two
    /// calls it goes on following.
    /// </summary>
    /// <param name="partition">0 to their number - 1.</param>
    /// <param name="after">Where the call before ended; empty for the beginning.</param>
    /// <param name="repair">Whether what differs is taken in anew from its state.</param>
    /// <param name="caller">An administrator.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">The partition does not answer, or reads its items still.</exception>
    [Alias("Compare")]
    Task<IndexComparison> CompareAsync(int partition, string after, bool repair, Caller caller, CancellationToken cancellationToken);
}
