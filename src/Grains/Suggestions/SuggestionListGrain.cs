using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Partitions;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Suggestions;

[GrainType("suggestions")]
internal sealed class SuggestionListGrain(
    [PersistentState("suggestions")] IPersistentState<SuggestionList> state, PartitionSearch search, ActiveModel models, IOptions<MatchingOptions> options) : Grain, ISuggestionListGrain
{
    public ValueTask<SuggestionList?> FindAsync(long needRevision, string model, CancellationToken cancellationToken) =>
        new(state.State.NeedRevision == needRevision && state.State.Model == model ? state.State : null);

    public ValueTask<EarlierList?> FindEarlierAsync(CancellationToken cancellationToken) => new(state.State.Before);

    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken) => new(state.Etag ?? "0");

    public async Task RecomputeAsync(CancellationToken cancellationToken)
    {
        var need = await GrainFactory.GetItem(ItemId.Find(this.GetPrimaryKeyString())!.Value).FindAsync(Caller.System, cancellationToken);
        if (need is not { State: ItemState.Published })
        {
            if (state.State.NeedRevision > 0)
            {
                await state.CommitAsync(new SuggestionList(), cancellationToken);
            }

            return;
        }

        var model = models.Current;
        var encoding = await search.EncodeAsync(model, need.Content, cancellationToken);
        var query = PartitionSearch.QueryOf(need.Content, ItemKind.Need, need.Parent, options.Value.KeptPerNeed, (model, encoding.ToBytes())) with { Follows = true };
        var answer = await search.SearchAllAsync([query], cancellationToken);
        var list = state.State;
        await state.CommitAsync(
            new SuggestionList
            {
                NeedRevision = need.Revision,
                Model = query.Model,
                Hits = answer.Hits[0],
                AsOf = answer.AsOf,
                Before = list.NeedRevision == 0 || (list.Model == query.Model && list.NeedRevision == need.Revision) ? list.Before
                    : new(list.Model, list.NeedRevision, [.. list.Hits.Select(hit => new EarlierPlace(hit.Name, hit.Score))]),
            },
            cancellationToken);
    }

    public async Task<bool> RefreshAsync(string model, CancellationToken cancellationToken)
    {
        if (models.Current.Version != model)
        {
            return false;
        }

        if (state.State.Model != model)
        {
            await RecomputeAsync(cancellationToken);
        }

        return true;
    }

    public async Task MergeAsync(string model, IReadOnlyList<Candidate> candidates, CancellationToken cancellationToken)
    {
        var list = state.State;
        if (list.NeedRevision == 0 || list.Model != model)
        {
            if (list.NeedRevision > 0 && list.Model == models.Current.Version)
            {
                await RecomputeAsync(cancellationToken); // refreshed already, and the partition that found the offer hasn't turned to the new model yet
            }

            return; // computed when the need's own change is followed, or refreshed for the model
        }

        var changed = candidates.Select(candidate => candidate.Offer).ToHashSet();
        if (list.Hits.Any(hit => changed.Contains(hit.Name)))
        {
            await RecomputeAsync(cancellationToken);
            return;
        }

        var added = candidates.Select(candidate => candidate.Hit).OfType<PartitionHit>();
        PartitionHit[] merged = [.. list.Hits.Where(hit => hit.Score >= models.Current.Fusion.Threshold).Concat(added)
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Name, StringComparer.Ordinal).Take(options.Value.KeptPerNeed)];
        if (merged.Length > 0 && !merged.SequenceEqual(list.Hits))
        {
            await state.CommitAsync(list with { Hits = merged }, cancellationToken);
        }
    }
}
