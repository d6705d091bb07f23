using Microsoft.AspNetCore.Http.Features;

namespace CooperaNet.Matching.Gateway.Errors;

/// <summary>
/// Answers INVALID_ARGUMENT for a gRPC message that cannot be read. The server reads it before any interceptor runs and says
/// UNKNOWN; the interceptor never does, so that UNKNOWN means just this.
/// </summary>
internal sealed class UnreadableMessages(RequestDelegate next)
{
    private const string Unknown = "2";
    private const string InvalidArgument = "3";

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        foreach (var status in (IHeaderDictionary?[])[context.Response.HasStarted ? null : context.Response.Headers, trailers is { IsReadOnly: false } ? trailers : null])
        {
            if (status is not null && status["grpc-status"] == Unknown)
            {
                status["grpc-status"] = InvalidArgument;
                status["grpc-message"] = "The body is not a valid message of this method.";
            }
        }
    }
}
