using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Items;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Register;

[StatelessWorker, GrainType("register")]
internal sealed class RegisterGrain(RegisterReader register, CatalogImportStore imports) : Grain, IRegisterGrain
{
    public async Task<Page<Item>> ListItemsAsync(ItemQuery query, CancellationToken cancellationToken)
    {
        if (ParentId.Find(query.Parent) is { } parent && !query.Parent.EndsWith("/-", StringComparison.Ordinal) && await GrainFactory.GetParticipant(parent).FindAsync(cancellationToken) is null)
        {
            throw MatchingException.NotFound(query.Parent);
        }

        return await register.ListItemsAsync(query, cancellationToken);
    }

    public Task<Page<string>> ListCatalogImportsAsync(ParentId parent, int pageSize, string pageToken, CancellationToken cancellationToken) =>
        imports.ListAsync(parent, pageSize, pageToken, cancellationToken);

    public Task<Page<Participant>> ListParticipantsAsync(ParentKind kind, int pageSize, string pageToken, CancellationToken cancellationToken) =>
        register.ListParticipantsAsync(kind, pageSize, pageToken, cancellationToken);
}
