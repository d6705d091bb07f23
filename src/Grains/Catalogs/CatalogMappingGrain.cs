namespace CooperaNet.Matching.Catalogs;

[GrainType("catalog-mapping")]
internal sealed class CatalogMappingGrain([PersistentState("catalog-mapping")] IPersistentState<CatalogMapping> state) : Grain, ICatalogMappingGrain
{
    public ValueTask<CatalogMapping> GetAsync(CancellationToken cancellationToken) => new(state.State);

    public Task SetAsync(CatalogMapping mapping, CancellationToken cancellationToken) => state.CommitAsync(mapping, cancellationToken);
}
