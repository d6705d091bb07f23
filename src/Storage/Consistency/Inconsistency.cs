namespace CooperaNet.Matching.Consistency;

/// <summary>Something derived that says other than the states it is derived from, or a state that cannot be read, and the statements that mend it.</summary>
/// <param name="Finding">One sentence.</param>
/// <param name="Repair">SQL, which semicolons divide; empty where only a backup helps.</param>
/// <param name="Parameters">Its parameters.</param>
public sealed record Inconsistency(string Finding, string Repair, IReadOnlyList<(string Name, object Value)> Parameters);
