using Google.Rpc;
using Grpc.Core;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Output;

/// <summary>Says what failed, which field, and what to do.</summary>
internal static class Failures
{
    public static int Show(Session session, RpcException error, string server)
    {
        var (console, texts) = (session.Errors, session.Texts);
        var violations = error.GetRpcStatus()?.GetDetail<BadRequest>()?.FieldViolations;
        if (violations is { Count: > 0 })
        {
            foreach (var violation in violations)
            {
                console.MarkupLineInterpolated($"[red]{violation.Field}[/]: {Reasons.In(session.Language, violation.Description)}");
            }
        }
        else
        {
            console.MarkupLineInterpolated($"[red]{(error.StatusCode == StatusCode.Unavailable && error.InnerException is not null ? $"{texts.DoesNotAnswer(server)}: {error.InnerException.Message}" : Reasons.In(session.Language, error.Status.Detail))}[/]");
        }

        var (advice, code) = error.StatusCode switch
        {
            StatusCode.Unavailable => (texts.IsRunning, Exit.Unavailable),
            StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted => (texts.TryAgain, Exit.Unavailable),
            StatusCode.Aborted => (texts.ChangedMeanwhile, Exit.Refused),
            StatusCode.Unauthenticated => (texts.SignIn, Exit.Refused),
            StatusCode.NotFound => (texts.HowNamesLook, Exit.Refused),
            StatusCode.Internal or StatusCode.Unknown => (texts.NotYourFault, Exit.Unavailable),
            _ => ("", Exit.Refused),
        };
        if (advice.Length > 0)
        {
            console.MarkupLineInterpolated($"[grey]{advice}[/]");
        }

        return code;
    }
}
