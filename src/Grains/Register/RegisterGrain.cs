using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Items;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Register;

[StatelessWorker(Workers.Max), GrainType("register")]
internal sealed class RegisterGrain(RegisterReader register, CatalogImportStore imports) : Grain, IRegisterGrain
{
    public async Task<Page<Item>> ListItemsAsync(ItemQuery query, Caller caller, CancellationToken cancellationToken)
    {
        if (ParentId.Find(query.Parent) is { } parent && !query.Parent.EndsWith("/-", StringComparison.Ordinal) && !await register.HasParticipantAsync(parent, cancellationToken))
        {
            throw MatchingException.NotFound(query.Parent);
        }

        return await register.ListItemsAsync(query, caller, cancellationToken);
    }

    public Task<Page<string>> ListCatalogImportsAsync(ParentId parent, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckSees(parent);
        return imports.ListAsync(parent, pageSize, pageToken, cancellationToken);
    }

    public Task<Page<Participant>> ListParticipantsAsync(ParentKind kind, int pageSize, string pageToken, CancellationToken cancellationToken) =>
        register.ListParticipantsAsync(kind, pageSize, pageToken, cancellationToken);
}
