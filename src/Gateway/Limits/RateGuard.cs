using System.Globalization;
using System.Threading.RateLimiting;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Errors;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Limits;

/// <summary>What a call costs.</summary>
internal enum CallCost
{
    Read,
    Write,
    Computation,
}

/// <summary>Refuses calls of whoever asks more than the limits allow, and says when to come back.</summary>
internal sealed class RateGuard(RequestDelegate next, IOptions<LimitOptions> options) : IDisposable
{
    private static readonly string[] Computing =
        ["SearchExchange", "PreviewSuggestions", "SuggestCodes", "ListSuggestions", "ListProspects", "ExplainSuggestion", "ListFindings", "CreateCatalogImport", "StreamCatalogImport", "ExportCatalog", "ExportAuditEvents", "VerifyIndex"];

    private static readonly string[] Reading = ["Get", "List", "Watch", "Check", "ServerReflectionInfo"];

    private readonly PartitionedRateLimiter<(string Caller, CallCost Cost)> limiter = PartitionedRateLimiter.Create<(string Caller, CallCost Cost), (string Caller, CallCost Cost)>(
        key => RateLimitPartition.GetTokenBucketLimiter(key, of => Bucket(options.Value, of.Cost)));

    public async Task InvokeAsync(HttpContext context)
    {
        if (options.Value.IsOn && context.Features.Get<Identified>() is { } identified && context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Name is { } method)
        {
            using var lease = limiter.AttemptAcquire((CallerOf(identified.Caller, context), CostOf(method)));
            if (!lease.IsAcquired)
            {
                var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var told) && told > TimeSpan.FromSeconds(1) ? told : TimeSpan.FromSeconds(1);
                var status = ErrorStatus.Of(new MatchingException(MatchingError.Exhausted, "Too many calls of this kind; wait before the next."));
                status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = wait.ToDuration() }));
                context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                await EarlyRefusal.WriteAsync(context, status);
                return;
            }
        }

        await next(context);
    }

    public void Dispose() => limiter.Dispose();

    internal static CallCost CostOf(string method) => Computing.Contains(method) ? CallCost.Computation : Reading.Any(verb => method.StartsWith(verb, StringComparison.Ordinal)) ? CallCost.Read : CallCost.Write;

    /// <summary>An account's tokens share its limit; staff have one each.</summary>
    private static string CallerOf(Caller caller, HttpContext context) => caller.Role switch
    {
        CallerRole.Anonymous => $"from {context.Connection.RemoteIpAddress}",
        CallerRole.Application => $"application {caller.Subject}",
        _ => caller.Participant?.ToString() ?? $"subject {caller.Subject}",
    };

    private static TokenBucketRateLimiterOptions Bucket(LimitOptions limits, CallCost cost)
    {
        var perSecond = cost switch { CallCost.Read => limits.Reads, CallCost.Write => limits.Writes, _ => limits.Computations };
        return new() { TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), TokenLimit = perSecond * limits.BurstSeconds, QueueLimit = 0, AutoReplenishment = true };
    }
}
