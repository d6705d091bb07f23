using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CooperaNet.Matching.Models;

/// <summary>Tells the exchange which model file this silo has, and takes over what the exchange decided, every second.</summary>
internal sealed partial class ModelFollower(IGrainFactory grains, ActiveModel models, ILogger<ModelFollower> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Called when the silo runs.</summary>
    public async Task StartFollowingAsync(CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<IModelGrain>(0);
        var state = await grain.GetAsync(cancellationToken);
        if (state.Current is { } wanted && !models.Has(wanted.Version))
        {
            await models.FetchAsync(wanted.Version, cancellationToken);
        }

        state = await grain.OfferAsync(models.File.Version, state.Current is { } known && models.Has(known.Version), cancellationToken);
        models.Follow(state);
        try
        {
            await models.KeepAsync(state, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DbException)
        {
            LogNotKept(error);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await grains.GetGrain<IModelGrain>(0).GetAsync(stoppingToken) is { Current: not null } state)
                {
                    models.Follow(state);
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotFollowed(error); // again in a second
            }
        }
    }

    [LoggerMessage(EventId = 412, Level = LogLevel.Warning, Message = "The model that answers could not be looked up")]
    private partial void LogNotFollowed(Exception error);

    [LoggerMessage(EventId = 413, Level = LogLevel.Warning, Message = "The model's file could not be kept beside the database: when a newer one comes, it cannot go on answering meanwhile")]
    private partial void LogNotKept(Exception error);
}
