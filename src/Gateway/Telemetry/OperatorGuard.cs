using System.Net;
using CooperaNet.Matching.Gateway.Access;

namespace CooperaNet.Matching.Gateway.Telemetry;

/// <summary>Who may look at more than figures on the operators' port.</summary>
public static class OperatorGuard
{
    /// <summary>Whether the request comes from this machine, or brings an administrator's token.</summary>
    public static async Task<bool> LetsThroughAsync(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote))
        {
            return true;
        }

        try
        {
            return context.RequestServices.GetService<TokenReader>() is { } tokens && (await tokens.ReadAsync(context)).Caller.Role == CallerRole.Administrator;
        }
        catch (MatchingException)
        {
            return false;
        }
    }
}
