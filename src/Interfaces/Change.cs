namespace CooperaNet.Matching;

/// <summary>Who changed a resource, why, and by which request. Stored inside the state, so that the history tells it.</summary>
/// <param name="Who">The caller; <c>system</c> for the service itself, <c>anonymous</c> before sign-in exists.</param>
/// <param name="Why">The verb: create, update, publish, withdraw, republish, confirm, delete, import, seed.</param>
/// <param name="RequestId">The client's request id, or empty.</param>
/// <param name="Time">When, UTC.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Change")]
public sealed record Change(
    [property: Id(0)] string Who,
    [property: Id(1)] string Why,
    [property: Id(2)] string RequestId,
    [property: Id(3)] DateTimeOffset Time);

/// <summary>The caller of a verb, before the grain adds what was done and when.</summary>
/// <param name="Who">The caller.</param>
/// <param name="RequestId">The client's request id; empty when it gave none.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Caller")]
public readonly record struct Caller([property: Id(0)] string Who, [property: Id(1)] string RequestId)
{
    /// <summary>The service itself.</summary>
    public static Caller System { get; } = new("system", "");
}
