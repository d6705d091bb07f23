using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Catalogs;

/// <summary>How imports are kept. Bound from the section "Catalogs"; checked when the silo starts.</summary>
public sealed class CatalogOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Catalogs";

    /// <summary>An import and its report are forgotten this long after its last change of state; its items stay. Default: 90 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan ImportsKeptFor { get; set; } = TimeSpan.FromDays(90);
}

/// <summary>Forgets old imports: at start, and then every hour.</summary>
internal sealed partial class CatalogRetention(CatalogImportStore store, IGrainFactory grains, TimeProvider clock, IOptions<CatalogOptions> options, ILogger<CatalogRetention> logger) : BackgroundService
{
    private const int Page = 100;
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        do
        {
            try
            {
                await ForgetAsync(clock.GetUtcNow() - options.Value.ImportsKeptFor, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotRead(error); // they are forgotten next time
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (after, count) = (0L, 0);
        while (await store.ListOldAsync(before, after, Page, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var (id, name) in page)
            {
                try
                {
                    count += await grains.GetCatalogImport(CatalogImportId.Parse(name, "name")).ForgetAsync(id, before, Caller.System, cancellationToken) ? 1 : 0;
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    LogNotForgotten(error, name); // the others don't wait for it; tried again next time
                }
            }

            after = page[^1].Id;
        }

        if (count > 0)
        {
            LogForgotten(count, before);
        }
    }

    [LoggerMessage(EventId = 510, Level = LogLevel.Information, Message = "Forgot {Count} imports that had not changed since {Before}")]
    private partial void LogForgotten(int count, DateTimeOffset before);

    [LoggerMessage(EventId = 511, Level = LogLevel.Warning, Message = "Old imports could not be read")]
    private partial void LogNotRead(Exception error);

    [LoggerMessage(EventId = 512, Level = LogLevel.Warning, Message = "The old import '{Import}' could not be forgotten")]
    private partial void LogNotForgotten(Exception error, string import);
}
