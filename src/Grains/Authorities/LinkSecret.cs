using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CooperaNet.Matching.Authorities;

/// <summary>The secret in a link: 256 random bits. Only its digest is stored, which needs no salt for that much randomness.</summary>
internal static class LinkSecret
{
    private const int Bytes = 32;

    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static string Digest(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public static bool Opens(string secret, string digest) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Digest(secret)), Encoding.ASCII.GetBytes(digest));
}
