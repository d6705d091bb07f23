using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Items;

[GrainType("need")]
internal sealed class NeedGrain(
    [PersistentState("need")] IPersistentState<Item> state, IGrainContext context, IGrainFactory grains, MatchingModel model, TimeProvider clock) : Grain, INeedGrain
{
    private readonly ItemDesk desk = new(state, context.GrainId.Key.ToString()!, grains, model, clock);

    public ValueTask<Item?> FindAsync(Caller caller, CancellationToken cancellationToken) => new(desk.Find(caller));

    public Task<Item> CreateAsync(ItemContent content, Caller caller, bool validateOnly, CancellationToken cancellationToken) =>
        desk.CreateAsync(content, caller, validateOnly, cancellationToken);

    public Task<Item> UpdateAsync(ItemContent content, ItemFields fields, string etag, Caller caller, bool validateOnly, CancellationToken cancellationToken) =>
        desk.UpdateAsync(content, fields, etag, caller, validateOnly, cancellationToken);

    public Task DeleteAsync(string etag, Caller caller, CancellationToken cancellationToken) => desk.DeleteAsync(etag, caller, cancellationToken);

    public Task<Item> PublishAsync(string etag, Caller caller, CancellationToken cancellationToken) => desk.PublishAsync(etag, caller, cancellationToken);

    public Task<Item> WithdrawAsync(string etag, Caller caller, CancellationToken cancellationToken) => desk.WithdrawAsync(etag, caller, cancellationToken);

    public Task<Item> ConfirmAsync(string etag, Caller caller, CancellationToken cancellationToken) => desk.ConfirmAsync(etag, caller, cancellationToken);

    public Task<ImportResult> ImportAsync(ItemContent content, ItemFields fields, bool publish, Caller caller, bool validateOnly, CancellationToken cancellationToken)
    {
        DeactivateOnIdle(); // a catalogue's rows are touched once: a million of them must not stay in memory
        return desk.ImportAsync(content, fields, publish, caller, validateOnly, cancellationToken);
    }
}
