using System.Globalization;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Tagging;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Suggestions;

/// <summary>Tags that an item's text speaks for and that it lacks. Pure; nothing is ever set.</summary>
internal static class TagProposals
{
    private const double Likely = 0.5;
    private const double Unlikely = 0.05;

    /// <summary>Goals when it has none or SDG 17 only, and areas when it has none or "Other" only; the likely ones, best first.</summary>
    public static (IReadOnlyList<CodeProposal> Goals, IReadOnlyList<CodeProposal> Areas) Of(MatchingModel model, ItemContent item)
    {
        var lacksGoals = item.Goals is [] or [Goals.Partnerships];
        var lacksAreas = item.AreasOfFocus is [] or [AreasOfFocus.Other];
        if (!lacksGoals && !lacksAreas)
        {
            return ([], []);
        }

        var (goals, areas) = CodeSuggester.Suggest(model, item.Title, item.Summary, item.LanguageCode);
        return (
            [.. goals.Where(goal => lacksGoals && goal.Probability >= Likely && !item.Goals.Contains(int.Parse(goal.Code, CultureInfo.InvariantCulture)))],
            [.. areas.Where(area => lacksAreas && area.Probability >= Likely && !item.AreasOfFocus.Contains(area.Code))]);
    }

    /// <summary>The likely goals when none of the item's own is at all likely; empty when the tags may be right.</summary>
    public static IReadOnlyList<CodeProposal> Disagreeing(MatchingModel model, ItemContent item)
    {
        if (item.Goals is [] or [Goals.Partnerships])
        {
            return [];
        }

        var meaning = new float[SemanticCode.MeaningLength];
        var (_, _, concepts) = model.Read(item.Title, item.Summary, item.LanguageCode, meaning);
        var probabilities = model.Tagger.Tag(meaning, concepts).Goals;
        return item.Goals.Any(goal => probabilities[goal - 1] >= Unlikely) || probabilities.All(probability => probability < Likely) ? []
            : [.. CodeSuggester.Suggest(model, item.Title, item.Summary, item.LanguageCode).Goals.Where(goal => goal.Probability >= Likely)];
    }
}
