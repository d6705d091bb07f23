namespace CooperaNet.Matching.Catalogs;

/// <summary>How a parent's files are to be read; also what is stored.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.CatalogMapping")]
public sealed record CatalogMapping
{
    /// <summary>Field to column.</summary>
    [Id(0)] public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>A value of the file to what it means.</summary>
    [Id(1)] public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();
}

/// <summary>Remembers how the files of one parent (the key) are to be read.</summary>
[Alias("cooperanet.ICatalogMappingGrain")]
public interface ICatalogMappingGrain : IGrainWithStringKey
{
    /// <summary>What was remembered; empty when nothing was. Throws NotPermitted.</summary>
    [Alias("Get")]
    ValueTask<CatalogMapping> GetAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>Remembers for the next files. Throws NotPermitted.</summary>
    [Alias("Set")]
    Task SetAsync(CatalogMapping mapping, Caller caller, CancellationToken cancellationToken);
}
