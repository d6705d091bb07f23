using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Explanations;

/// <summary>A text with its language.</summary>
/// <param name="Title">One line.</param>
/// <param name="Summary">Free text.</param>
/// <param name="LanguageCode">BCP-47.</param>
public sealed record ExplainedText(string Title, string Summary, string LanguageCode);

/// <summary>A word of the need and its counterpart in the offer.</summary>
/// <param name="Need">As written in the need.</param>
/// <param name="Offer">As written in the offer.</param>
/// <param name="Weight">Its part of the cosine of terms, 0 to 1.</param>
public readonly record struct TermPair(string Need, string Offer, double Weight);

/// <summary>What two texts share.</summary>
/// <param name="Terms">Shared terms, strongest first, at most ten.</param>
/// <param name="NeedSentence">The need's sentence with most of what is shared.</param>
/// <param name="OfferSentence">The offer's sentence with most of what is shared.</param>
public sealed record TextEvidence(IReadOnlyList<TermPair> Terms, string NeedSentence, string OfferSentence);

/// <summary>Quotes the evidence for one pair from both texts.</summary>
public static class Explainer
{
    private const int MaxTerms = 10;

    /// <summary>Finds the shared terms and the best sentence of both sides.</summary>
    /// <remarks>O(length of both texts); one language analysis each.</remarks>
    public static TextEvidence Explain(MatchingModel model, ExplainedText need, ExplainedText offer)
    {
        var needSurfaces = Surfaces(model, need);
        var offerSurfaces = Surfaces(model, offer);
        var weights = Weights(model, needSurfaces, offerSurfaces);
        var terms = weights.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MaxTerms)
            .Select(pair => new TermPair(needSurfaces[pair.Key].Surface, offerSurfaces[pair.Key].Surface, pair.Value)).ToList();
        return new(terms, Best(model, need, weights), Best(model, offer, weights));
    }

    private static Dictionary<string, double> Weights(MatchingModel model, Dictionary<string, (string Surface, int Count)> need, Dictionary<string, (string Surface, int Count)> offer)
    {
        double Norm(Dictionary<string, (string Surface, int Count)> side) =>
            Math.Sqrt(side.Sum(term => Math.Pow(term.Value.Count * model.Terms.Find(term.Key).Weight, 2)));
        var norm = Norm(need) * Norm(offer);
        return need.Where(term => offer.ContainsKey(term.Key)).ToDictionary(
            term => term.Key,
            term => norm == 0 ? 0 : term.Value.Count * offer[term.Key].Count * Math.Pow(model.Terms.Find(term.Key).Weight, 2) / norm);
    }

    private static Dictionary<string, (string Surface, int Count)> Surfaces(MatchingModel model, ExplainedText text)
    {
        var whole = $"{text.Title}\n{text.Summary}";
        var surfaces = new Dictionary<string, (string Surface, int Count)>(StringComparer.Ordinal);
        foreach (var token in model.Analyzer.Analyze(whole, text.LanguageCode))
        {
            surfaces[token.Term] = surfaces.TryGetValue(token.Term, out var known) ? (known.Surface, known.Count + 1) : (whole[token.Start..token.End], 1);
        }

        return surfaces;
    }

    private static string Best(MatchingModel model, ExplainedText text, Dictionary<string, double> weights)
    {
        var sentences = Sentences.Of(text.Summary);
        return sentences.Count == 0 ? text.Title : sentences.MaxBy(sentence =>
            model.Analyzer.Analyze(sentence, text.LanguageCode).Select(token => token.Term).Distinct().Sum(term => weights.GetValueOrDefault(term)))!;
    }
}
