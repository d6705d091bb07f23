using CooperaNet.Matching.Gateway.Errors;

namespace CooperaNet.Matching.Gateway.Limits;

/// <summary>Limits what anybody may ask the built-in issuer from one network address: its answers cost a key derivation or a stored row each.</summary>
internal sealed class IssuerGuard(RequestDelegate next, RateLimits limits)
{
    /// <summary>A device's codes are stored until they are pruned, whoever asked for them.</summary>
    private const int DeviceWeight = 20;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/connect")
            && limits.Refuse(Caller.Anonymous, context, CallCost.Computation, context.Request.Path.StartsWithSegments("/connect/device") ? DeviceWeight : 1) is { } refusal)
        {
            await EarlyRefusal.WriteAsync(context, refusal);
            return;
        }

        await next(context);
    }
}
