using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Statistics;

[StatelessWorker(Workers.Max), GrainType("statistics")]
internal sealed class StatisticsGrain(StatisticsReader statistics, TimeProvider clock) : Grain, IStatisticsGrain
{
    public async Task<StatisticSnapshot> GetAsync(DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return asOf is { } moment && moment < now
            ? new(moment, await statistics.ReadAsync(moment, cancellationToken), 0)
            : await CurrentAsync(now, cancellationToken);
    }

    private async Task<StatisticSnapshot> CurrentAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (counts, version) = await statistics.ReadWithVersionAsync(cancellationToken);
        return new(now, counts, version);
    }
}

/// <summary>Folds open deltas into the totals, so that reading the figures stays cheap.</summary>
internal sealed partial class StatisticsFolder(StatisticsReader statistics, TimeProvider clock, ILogger<StatisticsFolder> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await statistics.FoldAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogNotFolded(error); // the deltas stay open and are folded next time
            }
        }
    }

    [LoggerMessage(EventId = 300, Level = LogLevel.Warning, Message = "Statistic deltas could not be folded")]
    private partial void LogNotFolded(Exception error);
}
