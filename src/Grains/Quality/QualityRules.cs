using CooperaNet.Matching.Items;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Quality;

/// <summary>What an item's own fields tell. Pure.</summary>
internal static class QualityRules
{
    public static IEnumerable<Finding> Check(Item item, Freshness freshness)
    {
        var content = item.Content;
        if (content.AreasOfFocus.Count == 0 && content.Goals.Count == 0)
        {
            yield return Found(item, FindingKind.NoTags, "", "Add its areas of focus and goals.");
        }

        if (content.AreasOfFocus is [AreasOfFocus.Other])
        {
            yield return Found(item, FindingKind.OtherOnly, AreasOfFocus.Other, "Replace \"Other\" by the areas that its text speaks of.");
        }

        if (content.Goals is [Goals.Partnerships])
        {
            yield return Found(item, FindingKind.PartnershipsOnly, "17", "Add the goals that its text speaks of; goal 17 fits every cooperation.");
        }

        if (freshness.IsStale(item))
        {
            yield return Found(item, FindingKind.Stale, "", "Ask its owner to confirm or withdraw it.");
        }

        if (item.LanguageDetected)
        {
            yield return Found(item, FindingKind.LanguageDetected, content.LanguageCode, "Declare its language.");
        }

        foreach (var link in content.Links.Where(IsBroken))
        {
            yield return Found(item, FindingKind.BrokenLink, link, "Correct or remove the link.");
        }
    }

    public static Finding Found(Item item, FindingKind kind, string value, string action) => new(kind, item.Name, item.Content.Title, item.Country, value, action);

    /// <summary>A host without a dot, a second scheme, or what copying leaves behind.</summary>
    private static bool IsBroken(string link) =>
        !Uri.TryCreate(link, UriKind.Absolute, out var uri) || !uri.Host.Contains('.', StringComparison.Ordinal) || uri.Host.Contains("..", StringComparison.Ordinal)
        || uri.AbsolutePath.Contains("http", StringComparison.OrdinalIgnoreCase) || link.Any(char.IsWhiteSpace) || link[^1] is '.' or ',' or ')' or '>';
}
