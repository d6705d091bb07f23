using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<int, (string Copy, SiloAddress To)> begun = new(); // copies that read a partition for this silo
    private IReadOnlyList<SiloAddress> membersBefore = [];

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Hands everything over while this silo still answers; what is not handed over in time is read anew by another silo.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        serving.IsStopping = true;
        try
        {
            if (Active().Where(other => !other.Equals(silo.SiloAddress)).ToList() is { Count: > 0 } others)
            {
                await moving.WaitAsync(cancellationToken);
                await Task.WhenAll(serving.All.Select(held => HandOverAsync(held.Partition, held.Copy, others, cancellationToken)));
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // the time to stop in is over
        }
        finally
        {
            serving.EndFollowing();
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
                await copies.Get(partition, copy).RetireAsync(cancellationToken); // another took over and could not say so
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

    /// <summary>Moves one partition to the silo that should hold it, or to another when that one takes none any more, as it stops too.</summary>
    private async Task HandOverAsync(int partition, string copy, List<SiloAddress> others, CancellationToken cancellationToken)
    {
        while (others.Count > 0)
        {
            var to = PartitionSpread.Of(options.Value.Partitions, others)[partition];
            if (await MoveAsync(partition, copy, to, cancellationToken))
            {
                return;
            }

            others = [.. others.Where(other => !other.Equals(to))];
        }
    }

    /// <summary>Moves one partition; one that can't be moved keeps no other from moving.</summary>
    private async Task<bool> MoveAsync(int partition, string copy, SiloAddress to, CancellationToken cancellationToken)
    {
        var (wasStopping, started) = (serving.IsStopping, clock.GetTimestamp());
        var (name, _) = begun.AddOrUpdate(partition, _ => (PartitionCopies.NewName(), to), (_, before) => before.To.Equals(to) ? before : (PartitionCopies.NewName(), to));
        var next = copies.Get(partition, name);
        try
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, to);
            while (!(await next.StartAsync(cancellationToken) && await next.ServeAsync(cancellationToken)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (serving.IsStopping != wasStopping || clock.GetElapsedTime(started) > Patience)
                {
                    return false; // goes on at a later tick, or at once by whoever stops
                }
            }

            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
            begun.TryRemove(partition, out _);
            await copies.Get(partition, copy).RetireAsync(cancellationToken);
            LogMoved(partition, to);
            return true;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            begun.TryRemove(partition, out _);
            LogNotMoved(error, partition);
            return false;
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
