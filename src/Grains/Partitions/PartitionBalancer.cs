using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime.Placement;

namespace CooperaNet.Matching.Partitions;

/// <summary>
/// Moves this silo's partitions to the silos that should hold them: when a silo joins, and when this one stops. The old copy serves
/// until the new one has read everything.
/// </summary>
internal sealed partial class PartitionBalancer(
    ServingPartitions serving, PartitionCopies copies, IClusterMembershipService members, ILocalSiloDetails silo, IOptions<MatchingOptions> options, TimeProvider clock, ILogger<PartitionBalancer> logger)
    : BackgroundService, IHostedLifecycleService
{
    private readonly SemaphoreSlim moving = new(1, 1);
    private IReadOnlyList<SiloAddress> membersBefore = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Hands everything over while this silo still answers; what is not handed over in time is read anew by another silo.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        serving.IsStopping = true;
        var others = Active().Where(other => !other.Equals(silo.SiloAddress)).ToList();
        if (others.Count == 0)
        {
            return;
        }

        try
        {
            await MoveAsync(PartitionSpread.Of(options.Value.Partitions, others), cancellationToken);
        }
        catch (Exception error)
        {
            LogNotMoved(error);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.BalancePeriod, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await BalanceAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogNotMoved(error); // tried again at the next tick
            }
        }
    }

    /// <summary>Moves what lies wrong, when the members are the same as a period ago.</summary>
    private async Task BalanceAsync(CancellationToken cancellationToken)
    {
        foreach (var (partition, copy) in serving.All)
        {
            if (await copies.ReadAsync(partition, cancellationToken) != copy)
            {
                await copies.Get(partition, copy).RetireAsync(cancellationToken); // the other took over and could not say so
            }
        }

        var now = Active();
        if (now.SequenceEqual(membersBefore) && now.Contains(silo.SiloAddress) && !serving.IsStopping)
        {
            await MoveAsync(PartitionSpread.Of(options.Value.Partitions, now), cancellationToken);
        }

        membersBefore = now;
    }

    private List<SiloAddress> Active() => [.. members.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).Order()];

    private async Task MoveAsync(IReadOnlyList<SiloAddress> owners, CancellationToken cancellationToken)
    {
        await moving.WaitAsync(cancellationToken);
        try
        {
            foreach (var (partition, copy) in serving.All.Where(held => !owners[held.Partition].Equals(silo.SiloAddress)))
            {
                await MoveAsync(partition, copy, owners[partition], cancellationToken);
            }
        }
        finally
        {
            moving.Release();
        }
    }

    private async Task MoveAsync(int partition, string copy, SiloAddress to, CancellationToken cancellationToken)
    {
        var next = copies.Get(partition, PartitionCopies.Other(copy));
        RequestContext.Set(IPlacementDirector.PlacementHintKey, to);
        try
        {
            while (!await next.StartAsync(cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            await next.ServeAsync(cancellationToken);
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }

        await copies.Get(partition, copy).RetireAsync(cancellationToken);
        LogMoved(partition, to);
    }

    [LoggerMessage(EventId = 420, Level = LogLevel.Information, Message = "Partition {Partition} moved to {Silo}")]
    private partial void LogMoved(int partition, SiloAddress silo);

    [LoggerMessage(EventId = 421, Level = LogLevel.Warning, Message = "A partition could not be moved to another silo for now")]
    private partial void LogNotMoved(Exception error);
}
