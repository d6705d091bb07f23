using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Audit;

/// <summary>How the history is kept. Bound from the section "Audit"; checked when the silo starts.</summary>
public sealed class AuditOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Audit";

    /// <summary>How long at most a change stays without a seal. Default: 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan SealPeriod { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>Seals the history behind the writes.</summary>
internal sealed partial class HistorySealing(HistorySealer sealer, TimeProvider clock, IOptions<AuditOptions> options, ILogger<HistorySealing> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SealPeriod, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await sealer.SealAsync(clock.GetUtcNow(), stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogNotSealed(error); // sealed next time
            }
        }
    }

    [LoggerMessage(EventId = 700, Level = LogLevel.Warning, Message = "The history could not be sealed")]
    private partial void LogNotSealed(Exception error);
}
