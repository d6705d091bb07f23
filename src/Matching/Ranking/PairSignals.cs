using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Ranking;

/// <summary>Compares two encoded texts: what the index computes for many at once.</summary>
public static class PairSignals
{
    /// <summary>The signals of one pair; tags as bits, as the index holds them.</summary>
    public static Signals Of(MatchingModel model, Encoding left, Encoding right, int leftAreas = 0, int rightAreas = 0, int leftGoals = 0, int rightGoals = 0)
    {
        var product = model.Translations.Translate(left.Terms).Product(right.Terms);
        var (meaning, topic) = SemanticCode.Cosines(left.Code, right.Code);
        return new(
            product == 0 ? 0 : Math.Min(1, product / Math.Sqrt(left.Lengths[right.Language] * right.Lengths[left.Language])),
            model.Scale.Of(left.Language, right.Language, meaning), topic, Math.Min(1, left.Concepts.Product(right.Concepts)),
            model.Rarity.OfAreas(leftAreas, rightAreas), model.Rarity.OfGoals(leftGoals, rightGoals));
    }
}
