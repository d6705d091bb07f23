using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Errors;
using Grpc.AspNetCore.Server;

namespace CooperaNet.Matching.Gateway.Limits;

/// <summary>Refuses calls of whoever asks more than the limits allow, and says when to come back. What watches over the service asks as often as it wants.</summary>
internal sealed class RateGuard(RequestDelegate next, RateLimits limits)
{
    private static readonly string[] Computing =
        ["SearchExchange", "PreviewSuggestions", "SuggestCodes", "ListSuggestions", "ListProspects", "ExplainSuggestion", "ListFindings", "CreateCatalogImport", "StreamCatalogImport", "ExportCatalog", "ExportAuditEvents", "VerifyIndex"];

    private static readonly string[] Reading = ["Get", "List", "Watch", "Check", "ServerReflectionInfo"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<Identified>() is { } identified && context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method is { } method && !HealthCalls.Are(method.FullName)
            && limits.Refuse(identified.Caller, context, CostOf(method.Name)) is { } refusal)
        {
            await EarlyRefusal.WriteAsync(context, refusal);
            return;
        }

        await next(context);
    }

    internal static CallCost CostOf(string method) => Computing.Contains(method) ? CallCost.Computation : Reading.Any(verb => method.StartsWith(verb, StringComparison.Ordinal)) ? CallCost.Read : CallCost.Write;
}
