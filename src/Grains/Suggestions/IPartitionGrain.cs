using CooperaNet.Matching.Index;
using CooperaNet.Matching.Ranking;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Suggestions;

/// <summary>One text asking a partition for its counterparts (offers for a need, needs for an offer); see IndexQuery.</summary>
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
    [property: Id(8)] SuggestionConstraints Constraints);

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
[GenerateSerializer, Immutable, Alias("cooperanet.PartitionAnswer")]
internal sealed record PartitionAnswer([property: Id(0)] IReadOnlyList<IReadOnlyList<PartitionHit>> Hits, [property: Id(1)] DateTimeOffset AsOf);

/// <summary>One item found by its words; see TextHit.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.PartitionTextHit")]
internal readonly record struct PartitionTextHit([property: Id(0)] string Name, [property: Id(1)] double Score);

/// <summary>Owns one partition of the index: follows the register's changes and answers queries.</summary>
[Alias("cooperanet.IPartitionGrain")]
internal interface IPartitionGrain : IGrainWithIntegerKey
{
    /// <summary>Makes the partition run; it runs by itself from then on.</summary>
    [Alias("Start"), AlwaysInterleave]
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Answers a batch of queries from one snapshot; never waits for the follower.</summary>
    [Alias("Search"), AlwaysInterleave]
    Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken);

    /// <summary>The published items that hold the words of a free-text query, best first; never waits for the follower.</summary>
    [Alias("Find"), AlwaysInterleave]
    Task<IReadOnlyList<PartitionTextHit>> FindAsync(string text, string languageCode, int count, CancellationToken cancellationToken);
}

/// <summary>An offer that changed, as one need may see it.</summary>
/// <param name="Offer">Its resource name.</param>
/// <param name="Hit">What it scores for the need; null when it left or no longer fits.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Candidate")]
internal readonly record struct Candidate([property: Id(0)] string Offer, [property: Id(1)] PartitionHit? Hit);

/// <summary>Keeps the suggestions of one need, apart from the need, so that a refresh never disturbs its etag or history.</summary>
[Alias("cooperanet.ISuggestionListGrain")]
internal interface ISuggestionListGrain : IGrainWithStringKey
{
    /// <summary>The kept list, or null when there is none of this revision of the need and this model.</summary>
    [Alias("Find")]
    ValueTask<SuggestionList?> FindAsync(long needRevision, string model, CancellationToken cancellationToken);

    /// <summary>The list before the need or the model changed last; null when there was none.</summary>
    [Alias("FindEarlier")]
    ValueTask<EarlierList?> FindEarlierAsync(CancellationToken cancellationToken);

    /// <summary>A text that changes whenever the list does.</summary>
    [Alias("GetVersion")]
    ValueTask<string> GetVersionAsync(CancellationToken cancellationToken);

    /// <summary>Computes the list anew; drops it when the need isn't published.</summary>
    [Alias("Recompute")]
    Task RecomputeAsync(CancellationToken cancellationToken);

    /// <summary>Computes the list anew unless it is of this model; false when this silo doesn't answer with the model yet.</summary>
    [Alias("Refresh")]
    Task<bool> RefreshAsync(string model, CancellationToken cancellationToken);

    /// <summary>Merges changed offers into the list; computes it anew when a listed one left. Candidates of another model than the list's are passed over: a refresh is due.</summary>
    [Alias("Merge")]
    Task MergeAsync(string model, IReadOnlyList<Candidate> candidates, CancellationToken cancellationToken);
}

/// <summary>A list as it was.</summary>
/// <param name="Model">The model then.</param>
/// <param name="NeedRevision">The need's revision then.</param>
/// <param name="Places">Offers, best first.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.EarlierList")]
internal sealed record EarlierList([property: Id(0)] string Model, [property: Id(1)] long NeedRevision, [property: Id(2)] IReadOnlyList<EarlierPlace> Places);

/// <summary>An offer in a list as it was.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.EarlierPlace")]
internal readonly record struct EarlierPlace([property: Id(0)] string Offer, [property: Id(1)] double Score);

/// <summary>The kept suggestions of one need; also what is stored.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.SuggestionList")]
internal sealed record SuggestionList
{
    /// <summary>The revision of the need they were computed for; 0 when nothing is kept.</summary>
    [Id(0)] public long NeedRevision { get; init; }

    [Id(1)] public string Model { get; init; } = "";

    /// <summary>Best first. Below the threshold at most one, the closest.</summary>
    [Id(2)] public IReadOnlyList<PartitionHit> Hits { get; init; } = [];

    [Id(3)] public DateTimeOffset AsOf { get; init; }

    /// <summary>The list before the need or the model changed last, so that a change of ranks can be explained; null when there was none.</summary>
    [Id(4)] public EarlierList? Before { get; init; }
}
