using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Resilience;

/// <summary>Goes on serving for <see cref="GatewayOptions.DrainFor"/> after the process was told to stop and says that it isn't ready.</summary>
internal sealed class Draining(IOptions<GatewayOptions> options, TimeProvider clock) : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.Delay(options.Value.DrainFor, clock, cancellationToken);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
