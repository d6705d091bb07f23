using System.Globalization;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Training;
using Microsoft.ML;

namespace CooperaNet.Matching.Trainer;

/// <summary>Learns how the signals of a pair add up, from our own projects and judged needs.</summary>
internal static class FusionTrainer
{
    private const double BaseRate = 0.07; // of fourteen items of a portfolio of ten to fifteen sectors, about one is of the same sector
    private const double Ceiling = 0.75; // of texts that surely speak of one thing, a quarter are filed under different sectors
    private static readonly int Languages = LanguageDetector.Languages.Count;

    /// <summary>Learns from parts that are complete but for what is returned.</summary>
    public static (TagRarity Rarity, Fusion Fusion, string Said) Learn(MLContext ml, OwnTexts own, ModelParts parts)
    {
        using var model = new MatchingModel(parts, "");
        var pairs = Compare(own, model, text => text.Summary).ToList();
        var titles = Compare(own, model, _ => "").Where(pair => pair.Left != pair.Right).ToList();
        var plain = FusionLearner.Learn(ml, pairs, titles, BaseRate, Ceiling);
        // How far tags agree among what the texts bring together anyway: only more than that speaks for a pair, and less against it.
        var best = Judged(own, model).GroupBy(pair => pair.Query).SelectMany(need => need.OrderByDescending(pair => plain.Of(pair.Left, pair.Right).LogOdds(pair.Signals)).Take(10)).ToList();
        var rarity = parts.Rarity with { UsualAreas = (float)best.Average(pair => pair.Signals.Areas), UsualGoals = (float)best.Average(pair => pair.Signals.Goals) };
        using var tagged = new MatchingModel(parts with { Rarity = rarity }, "");
        var judged = Judged(own, tagged).ToList();
        var fusion = FusionLearner.WithTags(ml, plain, judged);
        var spanish = fusion.Of(0, 1);
        var said = string.Create(CultureInfo.InvariantCulture, $"{pairs.Count} compared pairs, {judged.Count} judged; English and Spanish: bias {spanish.Bias:0.00}, hinge {spanish.Hinge:0.00}, weights {string.Join(" ", spanish.Weights.Select(weight => weight.ToString("0.00", CultureInfo.InvariantCulture)))}; usual agreement of areas {rarity.UsualAreas:0.00}, goals {rarity.UsualGoals:0.00}; threshold {fusion.Threshold:0.000}");
        return (rarity, fusion, said);
    }

    /// <summary>Every judged need with every offer that was read for it.</summary>
    private static IEnumerable<ComparedPair> Judged(OwnTexts own, MatchingModel model)
    {
        var (needs, pool) = own.Judged("judged");
        var offers = pool.Select(offer => (Offer: offer, Encoding: model.Encode(offer.Title, offer.Summary, offer.LanguageCode))).ToList();
        return needs.SelectMany((need, number) =>
        {
            var encoding = model.Encode(need.Title, need.Summary, need.LanguageCode);
            return offers.Select(offer => new ComparedPair(encoding.Language, offer.Encoding.Language, PairSignals.Of(
                model, encoding, offer.Encoding, OwnTexts.AreaBits(need.AreasOfFocus), OwnTexts.AreaBits(offer.Offer.AreasOfFocus), OwnTexts.GoalBits(need.Goals), OwnTexts.GoalBits(offer.Offer.Goals)),
                number, need.Relevant.Contains(offer.Offer.SourceReference), false));
        });
    }

    /// <summary>Every project with every one, in every two languages.</summary>
    private static IEnumerable<ComparedPair> Compare(OwnTexts own, MatchingModel model, Func<ProjectText, string> summary)
    {
        var encoded = own.Projects.Select(project => (project.Sector, Encodings: project.Texts.Select((text, language) => model.Encode(text.Title, summary(text), LanguageDetector.Languages[language])).ToArray())).ToList();
        return from left in Enumerable.Range(0, Languages)
               from right in Enumerable.Range(left, Languages - left)
               from a in Enumerable.Range(0, encoded.Count)
               from b in Enumerable.Range(0, encoded.Count)
               where a != b || left != right
               select new ComparedPair(left, right, PairSignals.Of(model, encoded[a].Encodings[left], encoded[b].Encodings[right]), a, encoded[a].Sector == encoded[b].Sector, a == b);
    }
}
