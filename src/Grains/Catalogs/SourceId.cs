using System.Security.Cryptography;
using System.Text;

namespace CooperaNet.Matching.Catalogs;

/// <summary>The id of an imported item follows from its source reference: a re-import needs no look-up and makes no duplicate.</summary>
internal static class SourceId
{
    /// <summary>A readable beginning and 80 bits of a hash, for example <c>foar-17-c5h66tcx1q0d2vfm</c>.</summary>
    public static string Of(ParentId parent, ItemKind kind, string reference)
    {
        var readable = string.Join('-', new string([.. reference.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Split('-', StringSplitOptions.RemoveEmptyEntries));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{parent}|{kind}|{reference}"));
        return $"{(readable.Length > 0 ? readable[..Math.Min(40, readable.Length)] : "item")}-{Convert.ToHexStringLower(hash.AsSpan(0, 10))}";
    }
}
