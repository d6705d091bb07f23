using System.Net;
using System.Net.Sockets;

namespace CooperaNet.Matching;

/// <summary>Whom a limit by network address counts as one.</summary>
public static class NetworkAddress
{
    private const int Ipv6Bytes = 16;
    private const int NetworkBytes = 8;

    /// <summary>An IPv4 address; of an IPv6 address its network of 64 bits, as one subscriber has them all. Empty without an address.</summary>
    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "";
        }

        var mapped = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (mapped.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return mapped.ToString();
        }

        Span<byte> bytes = stackalloc byte[Ipv6Bytes];
        mapped.TryWriteBytes(bytes, out _);
        bytes[NetworkBytes..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
