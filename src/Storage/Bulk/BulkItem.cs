namespace CooperaNet.Matching.Bulk;

/// <summary>A new item with all that its grain and the followers would have written, at revision 1.</summary>
/// <param name="Name">The resource name, which is the grain's key.</param>
/// <param name="StateName">offer or need.</param>
/// <param name="NameHash">The grain storage's hash of the name.</param>
/// <param name="StateNameHash">The grain storage's hash of the state name.</param>
/// <param name="State">The state as JSON.</param>
/// <param name="Encoding">What the model understands of it.</param>
/// <param name="Sketch">Its fingerprint; null for a text too short to have one.</param>
/// <param name="Bands">The fingerprint's bands.</param>
public sealed record BulkItem(string Name, string StateName, int NameHash, int StateNameHash, byte[] State, byte[] Encoding, byte[]? Sketch, long[] Bands);
