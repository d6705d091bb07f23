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
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5); // for another silo to read a partition
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
            var owners = PartitionSpread.Of(options.Value.Partitions, others);
            await moving.WaitAsync(cancellationToken);
            await Task.WhenAll(serving.All.Select(held => MoveAsync(held.Partition, held.Copy, owners[held.Partition], cancellationToken)));
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // the time to stop in is over
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
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotBalanced(error); // tried again at the next tick
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
            var owners = PartitionSpread.Of(options.Value.Partitions, now);
            await WakeAsync(owners, cancellationToken);
            await MoveAsync(owners, cancellationToken);
        }

        membersBefore = now;
    }

    /// <summary>Brings those of this silo's partitions to life that lived on a silo that died, as nobody may ask them for long.</summary>
    private async Task WakeAsync(IReadOnlyList<SiloAddress> owners, CancellationToken cancellationToken)
    {
        var held = serving.All.Select(entry => entry.Partition).ToHashSet();
        foreach (var partition in Enumerable.Range(0, owners.Count).Where(partition => owners[partition].Equals(silo.SiloAddress) && !held.Contains(partition)))
        {
            await copies.Get(partition, await copies.ReadAsync(partition, cancellationToken)).StartAsync(cancellationToken); // where it lives already, nothing happens
        }
    }

    private List<SiloAddress> Active() => [.. members.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).Order()];

    private async Task MoveAsync(IReadOnlyList<SiloAddress> owners, CancellationToken cancellationToken)
    {
        await moving.WaitAsync(cancellationToken);
        try
        {
            foreach (var (partition, copy) in serving.All.Where(held => !owners[held.Partition].Equals(silo.SiloAddress)))
            {
                if (serving.IsStopping)
                {
                    return; // all are handed over at once
                }

                await MoveAsync(partition, copy, owners[partition], cancellationToken);
            }
        }
        finally
        {
            moving.Release();
        }
    }

    /// <summary>Moves one partition; one that can't be moved keeps no other from moving.</summary>
    private async Task MoveAsync(int partition, string copy, SiloAddress to, CancellationToken cancellationToken)
    {
        var (next, wasStopping, started) = (copies.Get(partition, PartitionCopies.Other(copy)), serving.IsStopping, clock.GetTimestamp());
        try
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, to);
            while (!await next.StartAsync(cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (serving.IsStopping != wasStopping || clock.GetElapsedTime(started) > Patience)
                {
                    return; // tried again at a later tick, or at once by whoever stops
                }
            }

            await next.ServeAsync(cancellationToken);
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
            await copies.Get(partition, copy).RetireAsync(cancellationToken);
            LogMoved(partition, to);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotMoved(error, partition);
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    [LoggerMessage(EventId = 420, Level = LogLevel.Information, Message = "Partition {Partition} moved to {Silo}")]
    private partial void LogMoved(int partition, SiloAddress silo);

    [LoggerMessage(EventId = 421, Level = LogLevel.Warning, Message = "Partition {Partition} could not be moved to another silo for now")]
    private partial void LogNotMoved(Exception error, int partition);

    [LoggerMessage(EventId = 423, Level = LogLevel.Warning, Message = "It could not be told for now whether partitions should lie on other silos")]
    private partial void LogNotBalanced(Exception error);
}
