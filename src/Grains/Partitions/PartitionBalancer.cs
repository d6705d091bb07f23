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
                var tried = new HashSet<(int, string)>();
                while (serving.All.Where(tried.Add).ToList() is { Count: > 0 } left) // one may have been taken over meanwhile
                {
                    await Task.WhenAll(left.Select(held => HandOverAsync(held.Partition, held.Copy, others, cancellationToken)));
                }
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // the time to stop in is over
        }
    }

    /// <summary>Behind the gateway's end, before the silo's.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await serving.EndFollowingAsync();
        await base.StopAsync(cancellationToken);
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
                await RetireAsync(partition, copy, cancellationToken); // another took over and could not say so
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
                if (serving.IsStopping || !Active().Contains(owners[partition]))
                {
                    return; // all are handed over at once, or to others
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
        if (begun.TryGetValue(partition, out var other) && !other.To.Equals(to) && begun.TryRemove(partition, out _))
        {
            await RetireAsync(partition, other.Copy, cancellationToken);
        }

        var next = copies.Get(partition, begun.GetOrAdd(partition, _ => (PartitionCopies.NewName(), to)).Copy);
        try
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, to);
            while (!await next.StartAsync(cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (serving.IsStopping != wasStopping || clock.GetElapsedTime(started) > Patience || !Active().Contains(to))
                {
                    return false; // goes on at a later tick, or at once by whoever stops
                }
            }

            await next.ServeAsync(cancellationToken);
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
            begun.TryRemove(partition, out _);
            LogMoved(partition, to);
            await RetireAsync(partition, copy, cancellationToken);
            return true;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (error is PartitionMovedException)
            {
                begun.TryRemove(partition, out _); // that copy will not serve; one that was too slow goes on reading
            }

            LogNotMoved(error, partition);
            return false;
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }

    /// <summary>Tells a copy that nobody wants it any more. Where that fails, the next look at what this silo serves does, or the copy ends by itself.</summary>
    private async Task RetireAsync(int partition, string copy, CancellationToken cancellationToken)
    {
        try
        {
            await copies.Get(partition, copy).RetireAsync(cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotRetired(error, partition, copy);
        }
    }

    [LoggerMessage(EventId = 420, Level = LogLevel.Information, Message = "Partition {Partition} moved to {Silo}")]
    private partial void LogMoved(int partition, SiloAddress silo);

    [LoggerMessage(EventId = 421, Level = LogLevel.Warning, Message = "Partition {Partition} could not be moved to another silo for now")]
    private partial void LogNotMoved(Exception error, int partition);

    [LoggerMessage(EventId = 424, Level = LogLevel.Warning, Message = "Copy {Copy} of partition {Partition} could not be told for now that another serves")]
    private partial void LogNotRetired(Exception error, int partition, string copy);

    [LoggerMessage(EventId = 423, Level = LogLevel.Warning, Message = "It could not be told for now whether partitions should lie on other silos")]
    private partial void LogNotBalanced(Exception error);
}
