using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace CooperaNet.Matching.Gateway.Errors;

/// <summary>A refusal as google.rpc.Status, with ErrorInfo and the fields at fault.</summary>
internal static class ErrorStatus
{
    private const string Domain = "cooperanet.oas.org";

    public static Code CodeOf(MatchingError error) => error switch
    {
        MatchingError.NotFound => Code.NotFound,
        MatchingError.AlreadyExists => Code.AlreadyExists,
        MatchingError.Invalid => Code.InvalidArgument,
        MatchingError.Stale => Code.Aborted,
        MatchingError.WrongState => Code.FailedPrecondition,
        MatchingError.NotPermitted => Code.PermissionDenied,
        MatchingError.Exhausted => Code.ResourceExhausted,
        MatchingError.Unauthenticated => Code.Unauthenticated,
        _ => Code.Unknown,
    };

    public static Google.Rpc.Status Of(MatchingException refusal)
    {
        var status = Of(CodeOf(refusal.Error), refusal.Message, refusal.Error.ToString());
        if (refusal.Violations.Count > 0)
        {
            var badRequest = new BadRequest();
            badRequest.FieldViolations.AddRange(refusal.Violations.Select(violation => new BadRequest.Types.FieldViolation { Field = violation.Field, Description = violation.Description }));
            status.Details.Add(Any.Pack(badRequest));
        }

        return status;
    }

    public static Google.Rpc.Status Of(Code code, string message, string reason) => new()
    {
        Code = (int)code,
        Message = message,
        Details = { Any.Pack(new ErrorInfo { Domain = Domain, Reason = ToReason(reason) }) },
    };

    /// <summary>UPPER_SNAKE_CASE, as google.rpc.ErrorInfo wants it.</summary>
    private static string ToReason(string name) => string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));
}
