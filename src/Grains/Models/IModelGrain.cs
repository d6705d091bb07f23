using Orleans.Concurrency;

namespace CooperaNet.Matching.Models;

/// <summary>A version of the model: a file of that version, and centres that replace the file's when the exchange's own texts refitted them.</summary>
/// <param name="Version">See MatchingModel.Version.</param>
/// <param name="Centres">By language; null for the file's own.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.ModelVersion")]
internal sealed record ModelVersion([property: Id(0)] string Version, [property: Id(1)] float[][]? Centres);

/// <summary>Which model answers in the whole exchange, and which one is being prepared; also what is stored.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.ModelState")]
internal sealed record ModelState
{
    /// <summary>What answers; null before the first start.</summary>
    [Id(0)] public ModelVersion? Current { get; init; }

    /// <summary>What the partitions encode their items for; null when nothing is being prepared.</summary>
    [Id(1)] public ModelVersion? Next { get; init; }

    /// <summary>Partitions that can answer with the next one.</summary>
    [Id(2)] public IReadOnlyList<int> Ready { get; init; } = [];

    /// <summary>When the centres were last refitted.</summary>
    [Id(3)] public DateTimeOffset RefittedAt { get; init; }
}

/// <summary>Decides for all silos which model answers. One grain.</summary>
[Alias("cooperanet.IModelGrain")]
internal interface IModelGrain : IGrainWithIntegerKey
{
    /// <summary>What answers and what is being prepared.</summary>
    [Alias("Get"), AlwaysInterleave]
    ValueTask<ModelState> GetAsync(CancellationToken cancellationToken);

    /// <summary>Says which model file a silo has: the first one answers, another one is prepared to follow; the one that answers already takes back what was being prepared from another file.</summary>
    /// <param name="fileVersion">The version of the silo's file.</param>
    /// <param name="canServeCurrent">Whether the silo still has the file of the current model; without it the silo's file answers at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    [Alias("Offer")]
    Task<ModelState> OfferAsync(string fileVersion, bool canServeCurrent, CancellationToken cancellationToken);

    /// <summary>A partition starts anew: it cannot answer with the next model yet.</summary>
    [Alias("Join")]
    Task<ModelState> JoinAsync(int partition, CancellationToken cancellationToken);

    /// <summary>Notes that a partition can answer with the next model; when all can, it becomes the current one.</summary>
    [Alias("Ready")]
    Task ReadyAsync(int partition, string version, CancellationToken cancellationToken);

    /// <summary>Fits the centres to the exchange's texts now; the result is prepared when it is far enough from what answers. Returns whether it is.</summary>
    [Alias("Refit"), AlwaysInterleave]
    Task<bool> RefitAsync(CancellationToken cancellationToken);
}
