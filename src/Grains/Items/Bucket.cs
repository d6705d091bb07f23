using System.Security.Cryptography;
using System.Text;

namespace CooperaNet.Matching.Items;

/// <summary>Spreads names evenly over a fixed number of buckets; a partition of the index owns every n-th bucket.</summary>
internal static class Bucket
{
    private const int Count = 1024;

    /// <summary>0 to 1023; the same on every machine and in every release.</summary>
    public static int Of(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return ((hash[0] << 8) | hash[1]) % Count;
    }
}
