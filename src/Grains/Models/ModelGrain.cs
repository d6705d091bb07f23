using CooperaNet.Matching.Items;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Partitions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Models;

[GrainType("model"), KeepAlive]
internal sealed partial class ModelGrain(
    [PersistentState("model")] IPersistentState<ModelState> state, ActiveModel models, ChangeReader changes, QueryPool pool, IOptions<MatchingOptions> options, TimeProvider clock, ILogger<ModelGrain> logger) : Grain, IModelGrain
{
    private const int Page = 500;
    private static readonly TimeSpan CheckPeriod = TimeSpan.FromMinutes(1);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(RefitWhenDueAsync, new GrainTimerCreationOptions { DueTime = CheckPeriod, Period = CheckPeriod, KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    public ValueTask<ModelState> GetAsync(CancellationToken cancellationToken) => new(state.State);

    public async Task<ModelState> OfferAsync(string fileVersion, bool canServeCurrent, CancellationToken cancellationToken)
    {
        var (current, next) = (state.State.Current, state.State.Next);
        if (current is null || !canServeCurrent)
        {
            await state.CommitAsync(state.State with { Current = new(fileVersion, null), Next = null, Ready = [], RefittedAt = clock.GetUtcNow() }, cancellationToken);
        }
        else if (MatchingModel.FileVersion(current.Version) != fileVersion && MatchingModel.FileVersion(next?.Version ?? "") != fileVersion)
        {
            LogPreparing(fileVersion, current.Version);
            await state.CommitAsync(state.State with { Next = new(fileVersion, null), Ready = [] }, cancellationToken);
        }
        else if (MatchingModel.FileVersion(current.Version) == fileVersion && next is not null && MatchingModel.FileVersion(next.Version) != fileVersion)
        {
            LogTakenBack(next.Version, current.Version);
            await state.CommitAsync(state.State with { Next = null, Ready = [] }, cancellationToken);
        }

        return state.State;
    }

    public async Task<ModelState> JoinAsync(int partition, CancellationToken cancellationToken)
    {
        if (state.State.Ready.Contains(partition))
        {
            await state.CommitAsync(state.State with { Ready = [.. state.State.Ready.Where(ready => ready != partition)] }, cancellationToken);
        }

        return state.State;
    }

    public async Task ReadyAsync(int partition, string version, CancellationToken cancellationToken)
    {
        if (state.State.Next?.Version != version || state.State.Ready.Contains(partition))
        {
            return;
        }

        int[] ready = [.. state.State.Ready, partition];
        if (ready.Length < options.Value.Partitions)
        {
            await state.CommitAsync(state.State with { Ready = ready }, cancellationToken);
            return;
        }

        LogSwitched(version, state.State.Current!.Version);
        await state.CommitAsync(state.State with { Current = state.State.Next, Next = null, Ready = [] }, cancellationToken);
    }

    public async Task<bool> RefitAsync(CancellationToken cancellationToken)
    {
        if (state.State is not { Current: { } current, Next: null } || models.Current.Version != current.Version || MatchingModel.FileVersion(current.Version) != models.File.Version)
        {
            return false; // one change at a time, and only of the file that is here
        }

        var fit = new CentreFit(models.File);
        for (var partition = 0; partition < options.Value.Partitions; partition++)
        {
            for (long? after = 0; after is { } id;)
            {
                var items = await changes.ReadPublishedAsync(partition, options.Value.Partitions, id, Page, "", cancellationToken);
                await pool.FollowAsync(
                    () =>
                    {
                        foreach (var content in items.Select(item => item.FindItem()?.Content).OfType<ItemContent>())
                        {
                            fit.Add(content.Title, content.Summary, content.LanguageCode);
                        }

                        return true;
                    },
                    cancellationToken);
                after = items.Count < Page ? null : items[^1].Id;
            }
        }

        var centres = fit.Centres();
        var isFar = CentreFit.Distance(centres, models.Current.Parts.Centres) >= options.Value.RefitDistance;
        if (state.State.Current != current || state.State.Next is not null)
        {
            return false; // another model came meanwhile
        }

        var next = isFar ? new ModelVersion(models.File.WithCentres(centres).Version, centres) : null;
        await state.CommitAsync(state.State with { Next = next, Ready = [], RefittedAt = clock.GetUtcNow() }, cancellationToken);
        if (next is not null)
        {
            LogPreparing(next.Version, current.Version);
        }

        return isFar;
    }

    private async Task RefitWhenDueAsync(CancellationToken cancellationToken)
    {
        if (options.Value.RefitPeriod > TimeSpan.Zero && clock.GetUtcNow() - state.State.RefittedAt >= options.Value.RefitPeriod)
        {
            await RefitAsync(cancellationToken);
        }
    }

    [LoggerMessage(EventId = 410, Level = LogLevel.Information, Message = "Model {Next} is being prepared while {Current} answers")]
    private partial void LogPreparing(string next, string current);

    [LoggerMessage(EventId = 414, Level = LogLevel.Information, Message = "Model {Next} is no longer prepared: {Current} stays")]
    private partial void LogTakenBack(string next, string current);

    [LoggerMessage(EventId = 411, Level = LogLevel.Information, Message = "Model {Next} answers in place of {Current}")]
    private partial void LogSwitched(string next, string current);
}
