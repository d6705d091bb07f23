using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Items;

/// <summary>Carries out the verbs of one item over its grain's state: offers and needs differ in nothing but their name.</summary>
internal sealed class ItemDesk(IPersistentState<Item> state, string name, IGrainFactory grains, MatchingModel model, TimeProvider clock)
{
    private readonly ItemId id = ItemId.Find(name) ?? throw new ArgumentException($"'{name}' is not an item's name.", nameof(name));

    /// <summary>What isn't published exists for its owner and the Secretariat only.</summary>
    public Item? Find(Caller caller) => state.State.Exists && (state.State.State == ItemState.Published || caller.Sees(id.Parent)) ? state.State : null;

    public async Task<Item> CreateAsync(ItemContent content, Caller caller, bool validateOnly, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(id.Parent);
        var now = clock.GetUtcNow();
        if (ItemLifecycle.IsCreatedBy(state.State, caller, now))
        {
            return state.State;
        }

        var parent = await grains.GetParticipant(id.Parent).FindAsync(cancellationToken) ?? throw MatchingException.NotFound(id.Parent.ToString());
        return await SaveAsync(WithLanguage(ItemLifecycle.Create(state.State, id, parent, content, caller, now)), validateOnly, cancellationToken);
    }

    public Task<Item> UpdateAsync(ItemContent content, ItemFields fields, string etag, Caller caller, bool validateOnly, CancellationToken cancellationToken) =>
        ChangeAsync(["update"], etag, caller, item => WithLanguage(ItemLifecycle.Update(item, content, fields, caller, clock.GetUtcNow())), validateOnly, cancellationToken);

    public Task<Item> PublishAsync(string etag, Caller caller, CancellationToken cancellationToken) =>
        ChangeAsync(["publish", "republish"], etag, caller, item => ItemLifecycle.Publish(item, caller, clock.GetUtcNow()), false, cancellationToken);

    public Task<Item> WithdrawAsync(string etag, Caller caller, CancellationToken cancellationToken) =>
        ChangeAsync(["withdraw"], etag, caller, item => ItemLifecycle.Withdraw(item, caller, clock.GetUtcNow()), false, cancellationToken);

    public Task<Item> ConfirmAsync(string etag, Caller caller, CancellationToken cancellationToken) =>
        ChangeAsync(["confirm"], etag, caller, item => ItemLifecycle.Confirm(item, caller, clock.GetUtcNow()), false, cancellationToken);

    public async Task DeleteAsync(string etag, Caller caller, CancellationToken cancellationToken)
    {
        CheckMayChange(caller);
        if (!state.State.IsReplay(caller, "delete", clock.GetUtcNow()))
        {
            await ChangeAsync(["delete"], etag, caller, item => ItemLifecycle.Delete(item, caller, clock.GetUtcNow()), false, cancellationToken);
        }
    }

    public async Task<ImportResult> ImportAsync(ItemContent content, ItemFields fields, bool publish, Caller caller, bool validateOnly, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(id.Parent);
        var now = clock.GetUtcNow();
        var old = state.State;
        if (old.IsReplay(caller, "import", now))
        {
            return new(ItemLifecycle.IsCreatedBy(old, caller, now) ? ImportOutcome.Created : ImportOutcome.Changed, []);
        }

        if (!old.Exists)
        {
            var parent = await grains.GetParticipant(id.Parent).FindAsync(cancellationToken) ?? throw MatchingException.NotFound(id.Parent.ToString());
            var created = WithLanguage(ItemLifecycle.Create(old, id, parent, content, caller, now));
            await SaveAsync(Imported(created, old, publish, caller, now), validateOnly, cancellationToken);
            return new(ImportOutcome.Created, []);
        }

        var updated = WithLanguage(ItemLifecycle.Update(old, content, fields & ~(content.LanguageCode.Length == 0 ? ItemFields.LanguageCode : ItemFields.None), caller, now));
        if (!ChangedFields(old.Content, updated.Content).Any() && (!publish || old.State == ItemState.Published))
        {
            return new(ImportOutcome.Unchanged, []);
        }

        await SaveAsync(Imported(updated, old, publish, caller, now), validateOnly, cancellationToken);
        return new(ImportOutcome.Changed, [.. ChangedFields(old.Content, updated.Content), .. publish && old.State != ItemState.Published ? ["state"] : Array.Empty<string>()]);
    }

    /// <summary>One write, one revision, whatever the row did.</summary>
    private static Item Imported(Item item, Item old, bool publish, Caller caller, DateTimeOffset now) =>
        (publish && item.State != ItemState.Published ? ItemLifecycle.Publish(item, caller, now) : item) with { Revision = old.Revision + 1, Change = caller.Did("import", now).After(old.Change) };

    private static IEnumerable<string> ChangedFields(ItemContent left, ItemContent right) => new (string Field, bool Same)[]
    {
        ("title", left.Title == right.Title),
        ("summary", left.Summary == right.Summary),
        ("languageCode", left.LanguageCode == right.LanguageCode),
        ("translations", left.Translations.SequenceEqual(right.Translations)),
        ("areasOfFocus", left.AreasOfFocus.SequenceEqual(right.AreasOfFocus)),
        ("goals", left.Goals.SequenceEqual(right.Goals)),
        ("maturity", left.Maturity == right.Maturity),
        ("responsibleInstitution", left.ResponsibleInstitution == right.ResponsibleInstitution),
        ("modalities", left.Modalities.SequenceEqual(right.Modalities)),
        ("dcfProject", left.DcfProject == right.DcfProject),
        ("links", left.Links.SequenceEqual(right.Links)),
        ("expireTime", left.ExpireTime == right.ExpireTime),
    }.Where(pair => !pair.Same).Select(pair => pair.Field);

    private async Task<Item> ChangeAsync(string[] verbs, string etag, Caller caller, Func<Item, Item> change, bool validateOnly, CancellationToken cancellationToken)
    {
        CheckMayChange(caller);
        if (!state.State.Exists)
        {
            throw MatchingException.NotFound(id.ToString());
        }

        if (verbs.Any(verb => state.State.IsReplay(caller, verb, clock.GetUtcNow())))
        {
            return state.State;
        }

        ItemLifecycle.CheckEtag(state.State, etag);
        return await SaveAsync(change(state.State), validateOnly, cancellationToken);
    }

    /// <summary>To whoever may not even see the item it doesn't exist.</summary>
    private void CheckMayChange(Caller caller)
    {
        if (!caller.MayChange(id.Parent) && Find(caller) is null)
        {
            throw MatchingException.NotFound(id.ToString());
        }

        caller.CheckMayChange(id.Parent);
    }

    private async Task<Item> SaveAsync(Item next, bool validateOnly, CancellationToken cancellationToken) =>
        validateOnly ? next : await state.CommitAsync(next, cancellationToken);

    private Item WithLanguage(Item item) => item.Content.LanguageCode.Length > 0
        ? item
        : item with { LanguageDetected = true, Content = item.Content with { LanguageCode = model.Languages.Detect($"{item.Content.Title} {item.Content.Summary}") } };
}
