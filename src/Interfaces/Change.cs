using System.Text.Json.Serialization;

namespace CooperaNet.Matching;

/// <summary>What the Secretariat entered for a participant, until the participant itself confirms or changes it. Stored in the state.</summary>
/// <param name="Participant">For whom.</param>
/// <param name="Instruction">The reference of the instruction.</param>
/// <param name="Time">When, UTC.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.EntryOnBehalf")]
public sealed record EntryOnBehalf([property: Id(0)] string Participant, [property: Id(1)] string Instruction, [property: Id(2)] DateTimeOffset Time);

/// <summary>Who changed a resource, why, and by which request. Stored inside the state, so that the history tells it.</summary>
/// <param name="Who">The caller's subject; <c>system</c> for the service itself, <c>anonymous</c> in states from before sign-in existed.</param>
/// <param name="Why">The verb: create, update, publish, withdraw, republish, confirm, delete, import, seed; of accounts invite, resend, activate, hand-over, suspend, resume, change-address, confirm-address.</param>
/// <param name="RequestId">The client's request id, or empty.</param>
/// <param name="Time">When, UTC.</param>
/// <param name="Role">In which role.</param>
/// <param name="OnBehalfOf">The participant that the Secretariat acted for; empty when the participant acted itself.</param>
/// <param name="Instruction">The reference of the instruction to do so; empty otherwise.</param>
/// <param name="Application">The client application; empty when its token names none.</param>
/// <param name="Earlier">The requests of the changes before this one, latest first; null without any.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Change")]
public sealed record Change(
    [property: Id(0)] string Who,
    [property: Id(1)] string Why,
    [property: Id(2)] string RequestId,
    [property: Id(3)] DateTimeOffset Time,
    [property: Id(4)] CallerRole Role = CallerRole.Anonymous,
    [property: Id(5)] string OnBehalfOf = "",
    [property: Id(6)] string Instruction = "",
    [property: Id(7)] string Application = "",
    [property: Id(8), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DoneRequest>? Earlier = null);

/// <summary>A request that has changed a resource. Stored with it, so that its repeat changes nothing more.</summary>
/// <param name="Id">The request's id.</param>
/// <param name="Why">The verb, as in <see cref="Change"/>.</param>
/// <param name="Time">When it was done, UTC.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.DoneRequest")]
public sealed record DoneRequest([property: Id(0)] string Id, [property: Id(1)] string Why, [property: Id(2)] DateTimeOffset Time);
