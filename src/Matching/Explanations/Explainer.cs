using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Explanations;

/// <summary>Words of the need and their counterpart in the offer.</summary>
/// <param name="Need">As written in the need.</param>
/// <param name="Offer">As written in the offer.</param>
/// <param name="Weight">Its part of the agreement in form or in concepts, 0 to 1.</param>
public readonly record struct TermPair(string Need, string Offer, double Weight);

/// <summary>What two texts share.</summary>
/// <param name="Terms">Bridges from words to words, strongest first, at most ten.</param>
/// <param name="NeedSentence">The need's sentence with most of what is shared.</param>
/// <param name="OfferSentence">The offer's sentence with most of what is shared.</param>
public sealed record TextEvidence(IReadOnlyList<TermPair> Terms, string NeedSentence, string OfferSentence);

/// <summary>Quotes the evidence for one pair from both texts.</summary>
public static class Explainer
{
    private const int MaxTerms = 10;
    private const float MinStrength = 0.2f; // of a translation that is shown to people

    /// <summary>Finds the bridges between the texts and the best sentence of both sides.</summary>
    /// <remarks>O(distinct terms of both texts and their translations).</remarks>
    public static TextEvidence Explain(MatchingModel model, AnalyzedText need, AnalyzedText offer)
    {
        var bridges = ConceptBridges(need, offer).Concat(WordBridges(model, need, offer)).OrderByDescending(bridge => bridge.Weight).ThenBy(bridge => bridge.Need.Word).ToList();
        var (needWeights, offerWeights) = (new Dictionary<int, double>(), new Dictionary<int, double>());
        foreach (var bridge in bridges)
        {
            AddWeight(needWeights, need, bridge.Need, bridge.Weight);
            AddWeight(offerWeights, offer, bridge.Offer, bridge.Weight);
        }

        return new(Distinct(bridges, need, offer), need.BestSentence(needWeights), offer.BestSentence(offerWeights));
    }

    private static void AddWeight(Dictionary<int, double> weights, AnalyzedText text, (int Word, int Length) span, double weight)
    {
        foreach (var term in text.Words(span.Word, span.Length))
        {
            weights[term] = weights.GetValueOrDefault(term) + (weight / span.Length);
        }
    }

    /// <summary>Concepts that both texts name, or that one names and the other has a narrower one of.</summary>
    private static IEnumerable<Bridge> ConceptBridges(AnalyzedText need, AnalyzedText offer)
    {
        for (int i = 0, j = 0; i < need.Concepts.Ids.Length && j < offer.Concepts.Ids.Length;)
        {
            var (left, right) = (need.Concepts.Ids[i], offer.Concepts.Ids[j]);
            if (left == right && need.Named.TryGetValue(left, out var n) && offer.Named.TryGetValue(left, out var o) && (n.Itself || o.Itself))
            {
                yield return new(n.Span, o.Span, need.Concepts.Weights[i] * offer.Concepts.Weights[j]);
            }

            (i, j) = (left <= right ? i + 1 : i, right <= left ? j + 1 : j);
        }
    }

    private static List<Bridge> WordBridges(MatchingModel model, AnalyzedText need, AnalyzedText offer)
    {
        var (bridges, norm) = (new List<Bridge>(), Math.Sqrt(need.Lengths[offer.Language] * offer.Lengths[need.Language]));
        for (var i = 0; i < need.Terms.Ids.Length; i++)
        {
            var term = need.Terms.Ids[i];
            if (need.Language == offer.Language || term >= model.Vocabulary.Count)
            {
                Bridge(i, term, 1);
                continue;
            }

            foreach (var (target, strength) in model.Translations.Of(term))
            {
                if (strength >= MinStrength)
                {
                    Bridge(i, target, strength);
                }
            }
        }

        return bridges;

        void Bridge(int i, int target, float strength)
        {
            if (Array.BinarySearch(offer.Terms.Ids, target) is >= 0 and var place && need.IndexOf(need.Terms.Ids[i]) is >= 0 and var n && offer.IndexOf(target) is >= 0 and var o)
            {
                bridges.Add(new((n, 1), (o, 1), need.Terms.Weights[i] * strength * offer.Terms.Weights[place] / norm));
            }
        }
    }

    /// <summary>The strongest bridges, none of which repeats words of a stronger one.</summary>
    private static List<TermPair> Distinct(IReadOnlyList<Bridge> bridges, AnalyzedText need, AnalyzedText offer)
    {
        var (pairs, used) = (new List<TermPair>(), new HashSet<int>());
        foreach (var bridge in bridges)
        {
            if (pairs.Count < MaxTerms && !need.Words(bridge.Need.Word, bridge.Need.Length).Any(used.Contains))
            {
                pairs.Add(new(need.Quote(bridge.Need.Word, bridge.Need.Length), offer.Quote(bridge.Offer.Word, bridge.Offer.Length), Math.Min(1, bridge.Weight)));
                used.UnionWith(need.Words(bridge.Need.Word, bridge.Need.Length));
            }
        }

        return pairs;
    }

    private readonly record struct Bridge((int Word, int Length) Need, (int Word, int Length) Offer, double Weight);
}
