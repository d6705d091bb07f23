using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Explanations;

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
    /// <remarks>O(distinct terms of both texts).</remarks>
    public static TextEvidence Explain(MatchingModel model, AnalyzedText need, AnalyzedText offer)
    {
        var norm = need.Norm * offer.Norm;
        var weights = need.Terms.Where(term => offer.Terms.ContainsKey(term.Key)).ToDictionary(
            term => term.Key,
            term => norm == 0 ? 0 : term.Value.Count * offer.Terms[term.Key].Count * Math.Pow(model.Terms.Find(term.Key).Weight, 2) / norm);
        var strongest = weights.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MaxTerms)
            .Select(pair => new TermPair(need.Terms[pair.Key].Surface, offer.Terms[pair.Key].Surface, pair.Value)).ToList();
        return new(strongest, need.BestSentence(weights), offer.BestSentence(weights));
    }
}
