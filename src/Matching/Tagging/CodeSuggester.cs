using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Explanations;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Tagging;

/// <summary>A goal or an area that a text may be about.</summary>
/// <param name="Code">The goal's number, or the area's slug.</param>
/// <param name="Probability">0 to 1.</param>
/// <param name="Terms">The words of the text that speak for it, strongest first.</param>
public sealed record CodeProposal(string Code, double Probability, IReadOnlyList<string> Terms);

/// <summary>Proposes goals and areas for a text, with the words that caused them.</summary>
public static class CodeSuggester
{
    private const int MaxTerms = 5;

    /// <summary>Every goal and every area of focus, each list best first.</summary>
    public static (IReadOnlyList<CodeProposal> Goals, IReadOnlyList<CodeProposal> Areas) Suggest(MatchingModel model, string title, string summary, string languageCode)
    {
        var text = new AnalyzedText(model, title, summary, languageCode);
        var (probabilities, concepts) = (text.Tags, text.Concepts);
        var goals = probabilities.Goals.Select((probability, i) => new CodeProposal(
            (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), probability, Causes(text, concept => model.Tagger.Evidence(concept, i + 1), concepts)));
        // Of what hides under "Other" the likeliest speaks for it.
        var areas = probabilities.Areas.Select((probability, i) => (Area: AreaCodes.AreaOf(i), probability, i)).GroupBy(entry => entry.Area).Select(area =>
        {
            var best = area.MaxBy(entry => entry.probability);
            return new CodeProposal(area.Key, best.probability, Causes(text, concept => model.Thesaurus.Concepts[concept].Areas.Contains(best.i) ? 1 : 0, concepts));
        });
        return ([.. goals.OrderByDescending(proposal => proposal.Probability)], [.. areas.OrderByDescending(proposal => proposal.Probability)]);
    }

    private static List<string> Causes(AnalyzedText text, Func<int, float> evidence, SparseVector concepts)
    {
        float Weight(int concept) => Array.BinarySearch(concepts.Ids, concept) is >= 0 and var place ? concepts.Weights[place] : 0;
        return [.. text.Mentions.Select(mention => (mention, Weight: evidence(mention.Concept) * Weight(mention.Concept))).Where(entry => entry.Weight > 0)
            .OrderByDescending(entry => entry.Weight).ThenBy(entry => entry.mention.Start)
            .Select(entry => text.Quote(entry.mention.Start, entry.mention.Length)).Distinct(StringComparer.OrdinalIgnoreCase).Take(MaxTerms)];
    }
}
