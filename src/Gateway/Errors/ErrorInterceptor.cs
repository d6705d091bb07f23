using System.Data.Common;
using System.Net.Sockets;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CooperaNet.Matching.Gateway.Errors;

/// <summary>The one place where a failure becomes a gRPC status; services never catch.</summary>
internal sealed partial class ErrorInterceptor(ILogger<ErrorInterceptor> logger) : Interceptor
{
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

    private Google.Rpc.Status Translate(Exception error, ServerCallContext context)
    {
        switch (error)
        {
            case MatchingException refusal:
                return ErrorStatus.Of(refusal);
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                return ErrorStatus.Of(Code.DeadlineExceeded, "The call took longer than its deadline; it is safe to repeat.", "DeadlineExceeded");
            case InvalidProtocolBufferException:
                return ErrorStatus.Of(Code.InvalidArgument, "The body is not a valid message of this method.", "Invalid");
            case TimeoutException or OrleansException or DbException or IOException or SocketException or OperationCanceledException:
                LogUnavailable(error, context.Method);
                return ErrorStatus.Of(Code.Unavailable, "The exchange cannot do this right now; the call is safe to repeat.", "Unavailable");
            default:
                LogDefect(error, context.Method);
                return ErrorStatus.Of(Code.Internal, $"Something went wrong on our side. Quote {System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.GetHttpContext().TraceIdentifier} when you report it.", "Internal");
        }
    }

    [LoggerMessage(EventId = 600, Level = LogLevel.Warning, Message = "{Method} failed for now")]
    private partial void LogUnavailable(Exception error, string method);

    [LoggerMessage(EventId = 601, Level = LogLevel.Error, Message = "{Method} failed by a defect")]
    private partial void LogDefect(Exception error, string method);
}
