using CooperaNet.Matching.Partitions;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Suggestions;

/// <summary>An offer that changed, as one need may see it.</summary>
/// <param name="Offer">Its resource name.</param>
/// <param name="Hit">What it scores for the need; null when it left or no longer fits.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Candidate")]
internal readonly record struct Candidate([property: Id(0)] string Offer, [property: Id(1)] PartitionHit? Hit);

/// <summary>Keeps the suggestions of one need, apart from the need, so that a refresh never disturbs its etag or history. Reads never wait for one that is under way.</summary>
[Alias("cooperanet.ISuggestionListGrain")]
internal interface ISuggestionListGrain : IGrainWithStringKey
{
    /// <summary>The kept list, or null when there is none of this revision of the need and this model.</summary>
    [Alias("Find"), AlwaysInterleave]
    ValueTask<SuggestionList?> FindAsync(long needRevision, string model, CancellationToken cancellationToken);

    /// <summary>The list before the need or the model changed last; null when there was none.</summary>
    [Alias("FindEarlier"), AlwaysInterleave]
    ValueTask<EarlierList?> FindEarlierAsync(CancellationToken cancellationToken);

    /// <summary>A text that changes whenever the list does.</summary>
    [Alias("GetVersion"), AlwaysInterleave]
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
