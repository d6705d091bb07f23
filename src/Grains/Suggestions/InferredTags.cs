using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Tagging;

namespace CooperaNet.Matching.Suggestions;

/// <summary>Goals and areas that an item's text is more likely about than not, whatever its tags say.</summary>
internal sealed record InferredTags(IReadOnlyList<int> Goals, IReadOnlyList<string> Areas)
{
    private const float Likely = 0.5f;

    public static InferredTags Of(MatchingModel model, ItemContent content)
    {
        var meaning = new float[SemanticCode.MeaningLength];
        var (_, _, concepts) = model.Read(content.Title, content.Summary, content.LanguageCode, meaning);
        var (goals, areas) = model.Tagger.Tag(meaning, concepts);
        return new(
            [.. Enumerable.Range(1, goals.Length).Where(goal => goals[goal - 1] >= Likely)],
            [.. Enumerable.Range(0, areas.Length).Where(area => areas[area] >= Likely).Select(AreaCodes.AreaOf).Distinct()]);
    }
}
