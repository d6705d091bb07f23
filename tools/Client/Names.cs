using Grpc.Core;

namespace CooperaNet.Matching.Client;

/// <summary>What people type, as the API wants it.</summary>
internal static class Names
{
    /// <summary>pe, PE or authorities/pe; partners/some-id.</summary>
    public static string Parent(string text) => text.Contains('/', StringComparison.Ordinal) ? text : $"authorities/{text.ToLowerInvariant()}";

    /// <summary>"field=column" pairs.</summary>
    public static Dictionary<string, string> Pairs(string option, IEnumerable<string>? texts) => (texts ?? []).Select(text => text.Split('=', 2) is [var left, var right] && left.Length > 0
        ? KeyValuePair.Create(left.Trim(), right.Trim())
        : throw new RpcException(new Status(StatusCode.InvalidArgument, $"{option} {text}: write it as left=right."))).ToDictionary();
}
