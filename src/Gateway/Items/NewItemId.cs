using System.Security.Cryptography;
using System.Text;

namespace CooperaNet.Matching.Gateway.Items;

/// <summary>Chooses ids for items whose client didn't. With a request id the choice follows from it, so that a repeat finds the first call's item.</summary>
internal static class NewItemId
{
    public static string For(ParentId parent, ItemKind kind, string requestId) => requestId.Length == 0
        ? $"i-{Guid.CreateVersion7():n}"
        : $"r-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{parent}|{kind}|{requestId}")).AsSpan(0, 16))}";
}
