namespace CooperaNet.Matching.Gateway;

/// <summary>Who is calling. Until sign-in exists everybody is anonymous, on loopback only.</summary>
internal static class Callers
{
    private const int MaxRequestId = 64;

    /// <exception cref="MatchingException">Invalid: the request id is too long or has control characters.</exception>
    public static Caller Of(string requestId) => requestId.Length <= MaxRequestId && !requestId.Any(char.IsControl)
        ? new("anonymous", requestId)
        : throw MatchingException.Invalid("requestId", $"{requestId.Length} characters; at most {MaxRequestId} without control characters are allowed.");
}
