using System.Globalization;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Suggestions;
using CooperaNet.Matching.Tagging;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Quality;

/// <summary>What an item's own fields and text tell. Pure.</summary>
internal static class QualityRules
{
    private const int MaxProposals = 3;

    /// <summary>The findings of one item; only those of one kind are looked for when it is given.</summary>
    public static IEnumerable<Finding> Check(Item item, Freshness freshness, MatchingModel model, FindingKind? kind)
    {
        var content = item.Content;
        var proposals = kind is null or FindingKind.NoTags or FindingKind.OtherOnly or FindingKind.PartnershipsOnly ? TagProposals.Of(model, content) : default;
        if (content.AreasOfFocus.Count == 0 && content.Goals.Count == 0)
        {
            yield return Found(item, FindingKind.NoTags, "", $"Add its areas of focus and goals{Proposed([.. proposals.Areas ?? [], .. proposals.Goals ?? []])}.");
        }

        if (content.AreasOfFocus is [AreasOfFocus.Other])
        {
            yield return Found(item, FindingKind.OtherOnly, AreasOfFocus.Other, $"Replace \"Other\" by the areas that its text speaks of{Proposed(proposals.Areas ?? [])}.");
        }

        if (content.Goals is [Goals.Partnerships])
        {
            yield return Found(item, FindingKind.PartnershipsOnly, "17", $"Add the goals that its text speaks of{Proposed(proposals.Goals ?? [])}; goal 17 fits every cooperation.");
        }

        if ((kind is null or FindingKind.TagsDisagree) && TagProposals.Disagreeing(model, content) is { Count: > 0 } likelier)
        {
            yield return Found(item, FindingKind.TagsDisagree, string.Join(", ", content.Goals), $"Check its goals: its text speaks of others{Proposed(likelier)}.");
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

    /// <summary>Proposals as a person reads them: <c> (goal 6, 92 %: agua, saneamiento)</c>.</summary>
    private static string Proposed(IReadOnlyList<CodeProposal> proposals) => proposals.Count == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $" ({string.Join("; ", proposals.Take(MaxProposals).Select(proposal => string.Create(CultureInfo.InvariantCulture, $"{(char.IsDigit(proposal.Code[0]) ? "goal " : "")}{proposal.Code}, {100 * proposal.Probability:0} %: {string.Join(", ", proposal.Terms)}")))})");

    /// <summary>A host without a dot, a second scheme, or what copying leaves behind.</summary>
    private static bool IsBroken(string link) =>
        !Uri.TryCreate(link, UriKind.Absolute, out var uri) || !uri.Host.Contains('.', StringComparison.Ordinal) || uri.Host.Contains("..", StringComparison.Ordinal)
        || uri.AbsolutePath.Contains("http", StringComparison.OrdinalIgnoreCase) || link.Any(char.IsWhiteSpace) || link[^1] is '.' or ',' or ')' or '>';
}
