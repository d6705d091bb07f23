using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CooperaNet.Matching.Gateway;

/// <summary>Ready when the cluster answers the figures; not while the host starts or stops.</summary>
internal sealed class ReadyCheck(IGrainFactory grains, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!lifetime.ApplicationStarted.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("Starting or stopping.");
        }

        try
        {
            await grains.GetStatistics().GetAsync(null, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The cluster does not answer.");
        }
    }
}
