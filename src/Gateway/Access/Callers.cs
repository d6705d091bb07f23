using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>Who made this request, as <see cref="AccessGuard"/> found out.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="Expires">When the token ends; null without one.</param>
/// <param name="Instruction">The instruction on which the Secretariat's token acts for whomever it changes something of; empty when each request states its own.</param>
/// <param name="Epoch">The account's epoch when the token was given; null when the token tells none.</param>
internal sealed record Identified(Caller Caller, DateTimeOffset? Expires, string Instruction = "", long? Epoch = null);

/// <summary>The caller of a call, for the services.</summary>
internal static class Callers
{
    private const int MaxRequestId = 64;

    /// <summary>Who calls, and until when.</summary>
    public static Identified Identified(this ServerCallContext context) =>
        context.GetHttpContext().Features.Get<Identified>() ?? throw new InvalidOperationException($"{context.Method} was reached without the access guard.");

    /// <summary>Who calls, to read.</summary>
    public static Caller Caller(this ServerCallContext context) => context.Identified().Caller;

    /// <summary>Who calls, to change something by this request.</summary>
    /// <exception cref="MatchingException">Invalid: the request id is too long or has control characters.</exception>
    public static Caller Caller(this ServerCallContext context, string requestId) => requestId.Length <= MaxRequestId && !requestId.Any(char.IsControl)
        ? context.Caller() with { RequestId = requestId }
        : throw MatchingException.Invalid("requestId", $"{requestId.Length} characters; at most {MaxRequestId} without control characters are allowed.");
}
