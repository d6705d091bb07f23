using Dapper;

namespace CooperaNet.Matching.Register;

/// <summary>Which items of the register (alias r) a caller may see, as a condition: the same as the items' grains decide one by one.</summary>
internal static class Visibility
{
    /// <summary>What is published, and the caller's own.</summary>
    public static string ToSql(Caller caller, DynamicParameters parameters) => $"(r.state = 'PUBLISHED' OR {OwnToSql(caller, parameters)})";

    /// <summary>The caller's own; for the Secretariat and the service everything.</summary>
    public static string OwnToSql(Caller caller, DynamicParameters parameters)
    {
        if (caller.Role is CallerRole.Secretariat or CallerRole.System)
        {
            return "TRUE";
        }

        if (caller.Participant is not { } participant || !caller.Sees(participant))
        {
            return "FALSE";
        }

        parameters.Add("@participant", participant.ToString());
        return "r.parent = @participant";
    }
}
