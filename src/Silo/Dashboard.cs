using CooperaNet.Matching.Gateway.Telemetry;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;

namespace CooperaNet.Matching.Silo;

/// <summary>Orleans' dashboard on the operators' port: from this machine, and from elsewhere with an administrator's token.</summary>
internal static class Dashboard
{
    /// <summary>Counts each grain's calls, which costs a little: only where there is a port to look at it.</summary>
    public static ISiloBuilder AddOperatorsDashboard(this ISiloBuilder silo, IConfiguration configuration) =>
        configuration.GetValue<int>($"{TelemetryOptions.Section}:{nameof(TelemetryOptions.Port)}") > 0 ? silo.AddDashboard() : silo;

    public static WebApplication MapDashboard(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<TelemetryOptions>>().Value.Port > 0)
        {
            app.MapOrleansDashboard("/dashboard").AddEndpointFilter(async (context, next) =>
                await OperatorGuard.LetsThroughAsync(context.HttpContext) ? await next(context) : Results.NotFound());
        }

        return app;
    }
}
