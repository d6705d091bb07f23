using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Suggestions;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Partitions;

/// <summary>One text asking a partition for its counterparts (offers for a need, needs for an offer); see IndexQuery. One that follows a change waits behind callers.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.PartitionQuery")]
internal sealed record PartitionQuery(
    [property: Id(0)] ItemKind Answers,
    [property: Id(1)] byte[] Encoding,
    [property: Id(2)] int Areas,
    [property: Id(3)] int Goals,
    [property: Id(4)] string ExcludedParent,
    [property: Id(5)] int Count,
    [property: Id(6)] double MinScore,
    [property: Id(7)] string Model,
    [property: Id(8)] SuggestionConstraints Constraints,
    [property: Id(9)] bool Follows = false);

/// <summary>One answer of a partition, with the evidence that its score was made from; see Signals.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.PartitionHit")]
internal readonly record struct PartitionHit(
    [property: Id(0)] string Name, [property: Id(1)] string Country, [property: Id(2)] double Score, [property: Id(3)] bool Stale,
    [property: Id(4)] double Terms, [property: Id(6)] double Areas, [property: Id(7)] double Goals,
    [property: Id(8)] double Form, [property: Id(9)] double Meaning, [property: Id(10)] double Topic, [property: Id(11)] int Language)
{
    public static PartitionHit Of(Hit hit) => Of(hit.Name, hit.Country, hit.Language, hit.Score, hit.Stale, hit.Signals);

    public static PartitionHit Of(string name, string country, int language, double score, bool stale, Signals signals) =>
        new(name, country, score, stale, signals.Terms, signals.Areas, signals.Goals, signals.Form, signals.Meaning, signals.Topic, language);

    public Signals ToSignals() => new(Form, Meaning, Topic, Terms, Areas, Goals);
}

/// <summary>What a partition answers to a batch of queries.</summary>
/// <param name="Hits">One list a query, best first.</param>
/// <param name="AsOf">Changes up to this moment are in the answers.</param>
/// <param name="Unreachable">Partitions that did not answer in time and whose items are missing; 0 in the answer of one partition.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.PartitionAnswer")]
internal sealed record PartitionAnswer([property: Id(0)] IReadOnlyList<IReadOnlyList<PartitionHit>> Hits, [property: Id(1)] DateTimeOffset AsOf, [property: Id(2)] int Unreachable = 0);

/// <summary>One item found by its words; see TextHit.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.PartitionTextHit")]
internal readonly record struct PartitionTextHit([property: Id(0)] string Name, [property: Id(1)] double Score);

/// <summary>
/// A copy of a partition of the index. One serves; another comes to life when the partition moves to another silo, and takes over when
/// it has read everything. Follows the register's changes and answers queries.
/// </summary>
[Alias("cooperanet.IPartitionGrain")]
internal interface IPartitionGrain : IGrainWithIntegerCompoundKey
{
    /// <summary>Makes the copy read the partition; it keeps up by itself from then on. False when it has not read everything within some seconds: ask again.</summary>
    /// <exception cref="PartitionMovedException">Its silo is about to stop, or it is retired.</exception>
    [Alias("Start"), AlwaysInterleave]
    Task<bool> StartAsync(CancellationToken cancellationToken);

    /// <summary>From now on this is the copy that serves.</summary>
    /// <exception cref="PartitionMovedException">It has not read everything, its silo is about to stop, or it is retired.</exception>
    [Alias("Serve")]
    Task ServeAsync(CancellationToken cancellationToken);

    /// <summary>Another copy serves, or nobody wants this one any more: it tells those who don't know yet for some seconds, and ends.</summary>
    [Alias("Retire")]
    Task RetireAsync(CancellationToken cancellationToken);

    /// <summary>Answers a batch of queries from one snapshot; never waits for the follower.</summary>
    /// <exception cref="PartitionMovedException">Another copy serves.</exception>
    [Alias("Search"), AlwaysInterleave]
    Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken);

    /// <summary>The published items that hold the words of a free-text query, best first; never waits for the follower.</summary>
    /// <exception cref="PartitionMovedException">Another copy serves.</exception>
    [Alias("Find"), AlwaysInterleave]
    Task<IReadOnlyList<PartitionTextHit>> FindAsync(string text, string languageCode, int count, CancellationToken cancellationToken);

    /// <summary>Compares the items behind a name with the register, and with <paramref name="repair"/> takes in anew what differs. Waits for the follower.</summary>
    /// <exception cref="PartitionMovedException">Another copy serves.</exception>
    /// <exception cref="TimeoutException">It reads its items still.</exception>
    [Alias("Compare")]
    Task<IndexComparison> CompareAsync(string after, bool repair, CancellationToken cancellationToken);
}

/// <summary>This copy of a partition does not serve; another one does.</summary>
[GenerateSerializer, Alias("cooperanet.PartitionMovedException")]
internal sealed class PartitionMovedException(string message) : Exception(message);
