using CooperaNet.Matching.Tagging;

namespace CooperaNet.Matching.Suggestions;

/// <summary>Goals and areas that an item's text is more likely about than not, whatever its tags say.</summary>
internal sealed record InferredTags(IReadOnlyList<int> Goals, IReadOnlyList<string> Areas)
{
    private const float Likely = 0.5f;

    public static InferredTags Of(TagProbabilities tags) => new(
        [.. Enumerable.Range(1, tags.Goals.Length).Where(goal => tags.Goals[goal - 1] >= Likely)],
        [.. Enumerable.Range(0, tags.Areas.Length).Where(area => tags.Areas[area] >= Likely).Select(AreaCodes.AreaOf).Distinct()]);
}
