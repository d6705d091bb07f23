using System.Data.Common;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CooperaNet.Matching.Gateway.Errors;

/// <summary>The one place where a failure becomes a gRPC status; services never catch.</summary>
internal sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
    private const string Domain = "cooperanet.oas.org";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        TranslatingAsync(() => continuation(request, context), context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        TranslatingAsync(() => DoneAsync(continuation(request, responseStream, context)), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        TranslatingAsync(() => DoneAsync(continuation(requestStream, responseStream, context)), context);

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> TranslatingAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            return await call();
        }
        catch (RpcException)
        {
            throw;
        }
        catch (Exception error)
        {
            throw Translate(error, context).ToRpcException();
        }
    }

    internal static Code CodeOf(MatchingError error) => error switch
    {
        MatchingError.NotFound => Code.NotFound,
        MatchingError.AlreadyExists => Code.AlreadyExists,
        MatchingError.Invalid => Code.InvalidArgument,
        MatchingError.Stale => Code.Aborted,
        MatchingError.WrongState => Code.FailedPrecondition,
        MatchingError.NotPermitted => Code.PermissionDenied,
        MatchingError.Exhausted => Code.ResourceExhausted,
        _ => Code.Unknown,
    };

    private Google.Rpc.Status Translate(Exception error, ServerCallContext context)
    {
        switch (error)
        {
            case MatchingException refusal:
                var status = StatusOf(CodeOf(refusal.Error), refusal.Message, refusal.Error.ToString());
                if (refusal.Violations.Count > 0)
                {
                    var badRequest = new BadRequest();
                    badRequest.FieldViolations.AddRange(refusal.Violations.Select(violation => new BadRequest.Types.FieldViolation { Field = violation.Field, Description = violation.Description }));
                    status.Details.Add(Any.Pack(badRequest));
                }

                return status;
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                return StatusOf(Code.DeadlineExceeded, "The call took longer than its deadline; it is safe to repeat.", "DeadlineExceeded");
            case InvalidProtocolBufferException:
                return StatusOf(Code.InvalidArgument, "The body is not a valid message of this method.", "Invalid");
            case TimeoutException or OrleansException or DbException or IOException or OperationCanceledException:
                LogUnavailable(error, context.Method);
                return StatusOf(Code.Unavailable, "The exchange cannot do this right now; the call is safe to repeat.", "Unavailable");
            default:
                LogDefect(error, context.Method);
                return StatusOf(Code.Internal, $"Something went wrong on our side. Quote {System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.GetHttpContext().TraceIdentifier} when you report it.", "Internal");
        }
    }

    private static Google.Rpc.Status StatusOf(Code code, string message, string reason) => new()
    {
        Code = (int)code,
        Message = message,
        Details = { Any.Pack(new ErrorInfo { Domain = Domain, Reason = ToReason(reason) }) },
    };

    /// <summary>UPPER_SNAKE_CASE, as google.rpc.ErrorInfo wants it.</summary>
    private static string ToReason(string name) => string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));

    [LoggerMessage(EventId = 600, Level = LogLevel.Warning, Message = "{Method} failed for now")]
    private partial void LogUnavailable(Exception error, string method);

    [LoggerMessage(EventId = 601, Level = LogLevel.Error, Message = "{Method} failed by a defect")]
    private partial void LogDefect(Exception error, string method);
}
