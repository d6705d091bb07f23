using CooperaNet.Matching.Register;

namespace CooperaNet.Matching.Audit;

/// <summary>Which events; an empty value allows all.</summary>
/// <param name="Participant">Whose property was changed.</param>
/// <param name="Resource">The name of an item or profile.</param>
/// <param name="Subject">The subject of the caller's token.</param>
/// <param name="Role">The caller's role.</param>
/// <param name="Verb">create, update, publish, republish, withdraw, confirm, delete, import or seed.</param>
/// <param name="OnBehalfOnly">Only what the Secretariat did on behalf of others.</param>
/// <param name="From">At or after.</param>
/// <param name="To">Before.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.AuditFilter")]
public sealed record AuditFilter(
    [property: Id(0)] ParentId? Participant = null, [property: Id(1)] string Resource = "", [property: Id(2)] string Subject = "", [property: Id(3)] CallerRole? Role = null,
    [property: Id(4)] string Verb = "", [property: Id(5)] bool OnBehalfOnly = false, [property: Id(6)] DateTimeOffset? From = null, [property: Id(7)] DateTimeOffset? To = null);

/// <summary>A field before and after a change.</summary>
/// <param name="Field">camelCase; <c>state</c> for where an item stands or the state of an account.</param>
/// <param name="Before">At most 1,000 characters, lists and objects as JSON; empty when there was none.</param>
/// <param name="After">As before.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.FieldChange")]
public sealed record FieldChange([property: Id(0)] string Field, [property: Id(1)] string Before, [property: Id(2)] string After);

/// <summary>What the participant made of what was done in its name.</summary>
public enum OwnerAnswer
{
    /// <summary>Nothing yet.</summary>
    Open = 1,

    /// <summary>It confirmed.</summary>
    Confirmed = 2,

    /// <summary>It changed the resource afterwards.</summary>
    Corrected = 3,
}

/// <summary>One change of an item or profile.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.AuditEvent")]
public sealed record AuditEvent
{
    /// <summary>Its place in the order of commits.</summary>
    [Id(0)] public long Seq { get; init; }

    /// <summary>The item or profile.</summary>
    [Id(1)] public string Resource { get; init; } = "";

    /// <summary>Its revision afterwards; the etag.</summary>
    [Id(2)] public long Revision { get; init; }

    /// <summary>Who, why, when, in which role, for whom. Who is empty when it was erased.</summary>
    [Id(3)] public Change Change { get; init; } = new("", "", "", default);

    /// <summary>What changed; empty for administrators.</summary>
    [Id(4)] public IReadOnlyList<FieldChange> Changes { get; init; } = [];

    /// <summary>True when a later change of the row would be found.</summary>
    [Id(5)] public bool Sealed { get; init; }

    /// <summary>What the owner made of it; of no meaning for its own changes.</summary>
    [Id(6)] public OwnerAnswer Answer { get; init; } = OwnerAnswer.Open;
}

/// <summary>Reads the history.</summary>
[Alias("cooperanet.IAuditGrain")]
public interface IAuditGrain : IGrainWithIntegerKey
{
    /// <summary>One page of events, newest first, for the Secretariat, and without what changed for administrators. Throws NotPermitted, Invalid.</summary>
    [Alias("ListEvents")]
    Task<Page<AuditEvent>> ListEventsAsync(AuditFilter filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken);

    /// <summary>One page of what the Secretariat did in a participant's name, newest first. Throws NotPermitted, Invalid.</summary>
    /// <param name="participant">The participant.</param>
    /// <param name="openOnly">Only what it has neither confirmed nor corrected.</param>
    /// <param name="pageSize">0 is 50; more than 100 is 100.</param>
    /// <param name="pageToken">Empty, or the token of the page before.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops.</param>
    [Alias("ListActionsOnBehalf")]
    Task<Page<AuditEvent>> ListActionsOnBehalfAsync(ParentId participant, bool openOnly, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken);
}
