namespace CooperaNet.Matching.Items;

/// <summary>What a catalogue row did to its item.</summary>
public enum ImportOutcome
{
    /// <summary>A new item.</summary>
    Created = 1,

    /// <summary>An item whose content or state the row changed.</summary>
    Changed = 2,

    /// <summary>The item already says what the row says.</summary>
    Unchanged = 3,

    /// <summary>The row breaks a rule and changed nothing.</summary>
    Refused = 4,

    /// <summary>No row: an item of the catalogue that the file no longer names.</summary>
    Missing = 5,
}

/// <summary>What a catalogue row did to its item, and which fields it changed.</summary>
/// <param name="Outcome">Created, changed or unchanged.</param>
/// <param name="ChangedFields">camelCase; <c>state</c> when the row published the item. Empty unless changed.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.ImportResult")]
public sealed record ImportResult([property: Id(0)] ImportOutcome Outcome, [property: Id(1)] IReadOnlyList<string> ChangedFields);

/// <summary>The life of one item, offer or need alike. Every call is safe to repeat with its request id.</summary>
/// <remarks>
/// Throws <see cref="MatchingException"/>: NotFound for an item that doesn't exist, Stale for an etag that is not
/// current (an empty etag skips the check), WrongState for a verb that the state forbids, Invalid for a broken rule, NotPermitted for a
/// caller that may read the item but not change it. Whoever may not even read it is told NotFound.
/// </remarks>
[Alias("cooperanet.IItemGrain")]
public interface IItemGrain : IGrainWithStringKey
{
    /// <summary>The item; null when it doesn't exist, or isn't published and not the caller's business.</summary>
    [Alias("Find")]
    ValueTask<Item?> FindAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>Creates a draft. AlreadyExists unless the same request created it within 24 hours.</summary>
    [Alias("Create")]
    Task<Item> CreateAsync(ItemContent content, Caller caller, bool validateOnly, CancellationToken cancellationToken);

    /// <summary>Replaces the named fields, in any state.</summary>
    [Alias("Update")]
    Task<Item> UpdateAsync(ItemContent content, ItemFields fields, string etag, Caller caller, bool validateOnly, CancellationToken cancellationToken);

    /// <summary>Deletes a draft; WrongState for anything that was ever published.</summary>
    [Alias("Delete")]
    Task DeleteAsync(string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Publishes a draft or a withdrawn item.</summary>
    [Alias("Publish")]
    Task<Item> PublishAsync(string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Takes a published item back.</summary>
    [Alias("Withdraw")]
    Task<Item> WithdrawAsync(string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Says that a published item still holds, or, by its owner, that an item in any state is right as the Secretariat entered it.</summary>
    [Alias("Confirm")]
    Task<Item> ConfirmAsync(string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Creates or updates the item from a catalogue row, in one write; of an existing item only the named fields. A repeat with the same request id answers as the first time.</summary>
    [Alias("Import")]
    Task<ImportResult> ImportAsync(ItemContent content, ItemFields fields, bool publish, Caller caller, bool validateOnly, CancellationToken cancellationToken);
}

/// <summary>Owns one offer.</summary>
[Alias("cooperanet.IOfferGrain")]
public interface IOfferGrain : IItemGrain;

/// <summary>Owns one need. Its suggestions are kept apart, so that a refresh never disturbs the need's etag or history.</summary>
[Alias("cooperanet.INeedGrain")]
public interface INeedGrain : IItemGrain;
