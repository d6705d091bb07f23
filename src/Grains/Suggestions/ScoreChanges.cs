using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Partitions;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Suggestions;

/// <summary>What people could do that would raise the score of a pair, and so its rank. Pure.</summary>
internal static class ScoreChanges
{
    /// <summary>Tags that the texts speak of and that are not set, and a confirmation that is due; each with the score that it would lead to.</summary>
    public static IReadOnlyList<ScoreChange> Of(MatchingModel model, PairWeights pair, PartitionHit hit, ItemContent need, ItemContent offer, InferredTags needTags, InferredTags offerTags, string language)
    {
        var (changes, signals) = (new List<ScoreChange>(), hit.ToSignals());
        var goals = needTags.Goals.Intersect(offerTags.Goals).Where(goal => !need.Goals.Contains(goal) || !offer.Goals.Contains(goal)).ToList();
        if (goals.Count > 0)
        {
            var agreement = model.Rarity.OfGoals(Bits(need.Goals.Concat(goals)), Bits(offer.Goals.Concat(goals)));
            changes.Add(new(ExplanationText.SetGoals(language, goals), pair.Score(signals with { Goals = agreement }, hit.Stale)));
        }

        var areas = needTags.Areas.Intersect(offerTags.Areas).Where(area => area != AreasOfFocus.Other && (!need.AreasOfFocus.Contains(area) || !offer.AreasOfFocus.Contains(area))).ToList();
        if (areas.Count > 0)
        {
            var (left, right) = (need with { AreasOfFocus = [.. need.AreasOfFocus.Union(areas)] }, offer with { AreasOfFocus = [.. offer.AreasOfFocus.Union(areas)] });
            changes.Add(new(ExplanationText.SetAreas(language, areas), pair.Score(signals with { Areas = model.Rarity.OfAreas(PartitionSearch.Areas(left), PartitionSearch.Areas(right)) }, hit.Stale)));
        }

        if (hit.Stale)
        {
            changes.Add(new(ExplanationText.Confirm(language), pair.Score(signals)));
        }

        return [.. changes.Where(change => change.Score > hit.Score)];
    }

    private static int Bits(IEnumerable<int> goals) => goals.Aggregate(0, (bits, goal) => bits | (1 << (goal - 1)));
}
