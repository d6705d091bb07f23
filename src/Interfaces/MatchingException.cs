namespace CooperaNet.Matching;

/// <summary>Why a request was refused. Each value maps to exactly one gRPC status (see Gateway/Errors).</summary>
public enum MatchingError
{
    /// <summary>The named authority, partner, offer or need does not exist.</summary>
    NotFound = 1,

    /// <summary>The chosen id is taken.</summary>
    AlreadyExists = 2,

    /// <summary>The request breaks a rule that the caller can see and correct; the field is named.</summary>
    Invalid = 3,

    /// <summary>The etag is not the current one: somebody else changed the resource first.</summary>
    Stale = 4,

    /// <summary>The request is well formed but the resource's state forbids it.</summary>
    WrongState = 5,

    /// <summary>The caller may not do this.</summary>
    NotPermitted = 6,

    /// <summary>A limit is used up; the call may succeed later.</summary>
    Exhausted = 7,

    /// <summary>The caller must sign in: there is no token, or it isn't accepted.</summary>
    Unauthenticated = 8,
}

/// <summary>One field that breaks a rule.</summary>
/// <param name="Field">Path of the field in the request, camelCase, for example <c>offer.title</c>.</param>
/// <param name="Description">A sentence that names the rule and the value.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.FieldViolation")]
public sealed record FieldViolation([property: Id(0)] string Field, [property: Id(1)] string Description);

/// <summary>The one exception this system throws on purpose; anything else is a defect or an outage.</summary>
[GenerateSerializer, Alias("cooperanet.MatchingException")]
public sealed class MatchingException(MatchingError error, string message, params FieldViolation[] violations) : Exception(message)
{
    /// <summary>The machine-readable reason.</summary>
    [Id(0)]
    public MatchingError Error { get; } = error;

    /// <summary>The fields at fault; empty unless <see cref="Error"/> is <see cref="MatchingError.Invalid"/>.</summary>
    [Id(1)]
    public IReadOnlyList<FieldViolation> Violations { get; } = violations;

    /// <summary>A refusal of one field.</summary>
    public static MatchingException Invalid(string field, string description) =>
        new(MatchingError.Invalid, $"{field}: {description}", new FieldViolation(field, description));

    /// <summary>A refusal of one or more fields.</summary>
    public static MatchingException Invalid(IReadOnlyList<FieldViolation> violations) =>
        new(MatchingError.Invalid, string.Join(" ", violations.Select(violation => $"{violation.Field}: {violation.Description}")), [.. violations]);

    /// <summary>A name that leads nowhere.</summary>
    public static MatchingException NotFound(string name) => new(MatchingError.NotFound, $"'{name}' does not exist.");
}
