namespace CooperaNet.Matching.Catalogs;

[GrainType("catalog-mapping")]
internal sealed class CatalogMappingGrain([PersistentState("catalog-mapping")] IPersistentState<CatalogMapping> state) : Grain, ICatalogMappingGrain
{
    private ParentId Parent => ParentId.Parse(this.GetPrimaryKeyString(), "name");

    public ValueTask<CatalogMapping> GetAsync(Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckSees(Parent);
        return new(state.State);
    }

    public Task SetAsync(CatalogMapping mapping, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(Parent);
        return state.CommitAsync(mapping, cancellationToken);
    }
}
