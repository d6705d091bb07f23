using System.Globalization;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;

namespace CooperaNet.Matching.Gateway.Audit;

/// <summary>Events to the wire.</summary>
internal static class AuditWire
{
    public static V1.AuditEvent ToWire(this Matching.Audit.AuditEvent told) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"auditEvents/{told.Seq}"),
        Time = told.Change.Time.ToTimestamp(),
        Subject = told.Change.Who,
        Role = RoleNames.Of(told.Change.Role),
        Application = told.Change.Application,
        OnBehalfOf = told.Change.OnBehalfOf,
        Instruction = told.Change.Instruction,
        Resource = told.Resource,
        Verb = told.Change.Why,
        Etag = told.Revision.ToString(CultureInfo.InvariantCulture),
        RequestId = told.Change.RequestId,
        Changes = { told.Changes.Select(ToWire) },
        Sealed = told.Sealed,
    };

    public static ActionOnBehalf ToAction(this Matching.Audit.AuditEvent told) => new()
    {
        Resource = told.Resource,
        Verb = told.Change.Why,
        Time = told.Change.Time.ToTimestamp(),
        Instruction = told.Change.Instruction,
        Changes = { told.Changes.Select(ToWire) },
        Answer = (ActionOnBehalf.Types.Answer)told.Answer,
    };

    private static V1.FieldChange ToWire(Matching.Audit.FieldChange change) => new() { Field = change.Field, Before = change.Before, After = change.After };
}

/// <summary>Roles as the API writes them.</summary>
internal static class RoleNames
{
    private static readonly Dictionary<CallerRole, string> Names = System.Enum.GetValues<CallerRole>().ToDictionary(role => role, role => string.Concat(role.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString())));

    public static string Of(CallerRole role) => Names[role];

    /// <summary>The role of a filter; null when it is empty.</summary>
    /// <exception cref="MatchingException">Invalid.</exception>
    public static CallerRole? Read(string name) => name.Length == 0 ? null
        : Names.Where(pair => pair.Value == name).Select(pair => (CallerRole?)pair.Key).FirstOrDefault()
            ?? throw MatchingException.Invalid("role", $"'{ResourceId.Excerpt(name)}' is none of {string.Join(", ", Names.Values)}.");
}
