using CooperaNet.Matching.Authorities;
using Google.Protobuf.WellKnownTypes;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>The note that the Secretariat entered something, to the wire.</summary>
internal static class EntryWire
{
    /// <param name="entry">The note; null when there is none.</param>
    /// <param name="country">The owner's country.</param>
    /// <param name="caller">Who reads: the instruction is shown to the owner and the Secretariat only.</param>
    public static V1.EntryOnBehalf? ToWire(this EntryOnBehalf? entry, string country, Caller caller) => entry is null ? null : new()
    {
        Participant = entry.Participant,
        Note = $"Entered by the Secretariat for {(entry.Participant.StartsWith("authorities/", StringComparison.Ordinal) ? MemberStates.All.GetValueOrDefault(country).In("en") ?? country : entry.Participant)}.",
        Time = entry.Time.ToTimestamp(),
        Instruction = ParentId.Find(entry.Participant) is { } owner && caller.Sees(owner) ? entry.Instruction : "",
    };
}
