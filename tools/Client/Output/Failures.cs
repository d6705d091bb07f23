using Google.Rpc;
using Grpc.Core;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Output;

/// <summary>Says what failed, which field, and what to do.</summary>
internal static class Failures
{
    public static int Show(Session session, RpcException error, string server)
    {
        var console = session.Errors;
        var violations = error.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations;
        if (violations is { Count: > 0 })
        {
            foreach (var violation in violations)
            {
                console.MarkupLineInterpolated($"[red]{violation.Field}[/]: {violation.Description}");
            }
        }
        else
        {
            console.MarkupLineInterpolated($"[red]{(error.StatusCode == StatusCode.Unavailable && error.InnerException is not null ? $"{server} does not answer: {error.InnerException.Message}" : error.Status.Detail)}[/]");
        }

        var (advice, code) = error.StatusCode switch
        {
            StatusCode.Unavailable => ("Is the service running? Another address is given by --server or COOPERANET_SERVER.", Exit.Unavailable),
            StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted => ("Try again in a moment.", Exit.Unavailable),
            StatusCode.Aborted => ("Somebody else changed it first. Look at it again with: cooperanet show NAME", Exit.Refused),
            StatusCode.NotFound => ("Names look like authorities/pe/offers/some-id; find them with: cooperanet search WORDS", Exit.Refused),
            StatusCode.Internal or StatusCode.Unknown => ("This is the service's fault.", Exit.Unavailable),
            _ => ("", Exit.Refused),
        };
        if (advice.Length > 0)
        {
            console.MarkupLineInterpolated($"[grey]{advice}[/]");
        }

        return code;
    }
}
