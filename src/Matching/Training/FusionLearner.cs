using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Ranking;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace CooperaNet.Matching.Training;

/// <summary>Two texts that were compared.</summary>
/// <param name="Left">Language of the first, by its position.</param>
/// <param name="Right">Language of the second.</param>
/// <param name="Signals">The evidence.</param>
/// <param name="Query">The text of the first language, by a number of its own.</param>
/// <param name="Relevant">Whether they belong together.</param>
/// <param name="SameText">Whether one is the other's translation.</param>
public readonly record struct ComparedPair(int Left, int Right, Signals Signals, int Query, bool Relevant, bool SameText);

/// <summary>
/// Learns how the signals add up to a probability, with ML.NET's logistic regression, weights never negative. Each signal is
/// measured against what it is between two texts of those languages that were drawn at random, so that no pair of languages
/// is at an advantage, and the sum is calibrated for each pair of languages.
/// </summary>
public static class FusionLearner
{
    private const double ChanceQuantile = 0.995;
    private const float MoreLikelyThanNot = 0.5f;
    private const int TextSignals = 4;
    private const int BestCount = 10;
    private static readonly int Languages = LanguageDetector.Languages.Count;

    /// <summary>Learns from texts that exist in all languages, so that every pair of languages shows the same pairs of texts.</summary>
    /// <param name="ml">The ML.NET context.</param>
    /// <param name="pairs">Pairs of such texts.</param>
    /// <param name="titles">Pairs of the same texts' titles in two languages: short texts, among which the translation must be found. They tell the weight of form.</param>
    /// <param name="baseRate">The share of relevant pairs in the exchanges that the scores are meant for, which is not that of <paramref name="pairs"/>.</param>
    /// <param name="ceiling">See <see cref="PairWeights.Ceiling"/>.</param>
    /// <returns>A fusion in which tags weigh nothing, and whose threshold is at more likely than not.</returns>
    public static Fusion Learn(MLContext ml, IReadOnlyList<ComparedPair> pairs, IReadOnlyList<ComparedPair> titles, double baseRate, double ceiling)
    {
        var byLanguages = pairs.ToLookup(Pair);
        var scales = byLanguages.ToDictionary(group => group.Key, group => Scale(group.Key, [.. group], pairs));
        var weights = TrainNonNegative(ml, [.. pairs.Where(pair => !pair.SameText).Select(pair => Row(scales[Pair(pair)], pair))], [false, true, true, true]).Weights.Take(TextSignals).ToArray();
        weights[0] = FormWeight(ml, scales, weights, titles);
        var shift = LogOdds(baseRate) - LogOdds(pairs.Where(pair => !pair.SameText).Average(pair => pair.Relevant ? 1.0 : 0));
        var plain = new PairWeights[Languages * Languages];
        foreach (var (languages, scale) in scales)
        {
            var best = BestOfEach([.. byLanguages[languages].Where(pair => !pair.SameText)], pair => Sum(Row(scale, pair).Features, weights));
            var folded = weights.Select((weight, signal) => weight / scale.Deviations[signal]).ToArray();
            var bias = Intercept(best) + shift - folded.Skip(1).Select((weight, i) => weight * scale.Means[i + 1]).Sum();
            var all = new PairWeights((float)bias, (float)scale.Hinge, (float)ceiling, [.. folded.Select(weight => (float)weight), 0, 0]);
            (plain[(languages.Left * Languages) + languages.Right], plain[(languages.Right * Languages) + languages.Left]) = (all, all);
        }

        return new Fusion(plain, MoreLikelyThanNot);
    }

    private static (int Left, int Right) Pair(ComparedPair pair) => (Math.Min(pair.Left, pair.Right), Math.Max(pair.Left, pair.Right));

    /// <summary>What agreement in form adds to the other signals where the translation is sought.</summary>
    private static float FormWeight(MLContext ml, Dictionary<(int Left, int Right), (double[] Means, double[] Deviations, double Hinge)> scales, float[] weights, IReadOnlyList<ComparedPair> titles)
    {
        var rows = titles.Select(pair => (Row: Row(scales[Pair(pair)], pair), pair.SameText)).Select(entry => new PairRow { Features = [(float)Sum(entry.Row.Features, weights), entry.Row.Features[0], 0, 0], Label = entry.SameText }).ToList();
        var model = TrainNonNegative(ml, rows, [true, true, false, false]);
        return model.Weights[1] / model.Weights[0];
    }

    /// <summary>The ten best pairs of each text: it is these whose scores people see, and whose scores must be right.</summary>
    private static List<PairRow> BestOfEach(IReadOnlyList<ComparedPair> pairs, Func<ComparedPair, double> sum) =>
        [.. pairs.Select(pair => (pair, Sum: sum(pair))).GroupBy(entry => entry.pair.Query).SelectMany(text => text.OrderByDescending(entry => entry.Sum).Take(BestCount))
            .Select(entry => new PairRow { Features = [(float)entry.Sum, 0, 0, 0], Label = entry.pair.Relevant })];

    /// <summary>What must be added for the mean score to be the share of relevant pairs: the same texts in other languages then get the same scores.</summary>
    private static double Intercept(List<PairRow> rows)
    {
        var wanted = rows.Average(row => row.Label ? 1.0 : 0);
        var (low, high) = (-50.0, 50.0);
        while (high - low > 1e-6)
        {
            var middle = (low + high) / 2;
            var mean = rows.Average(row => 1 / (1 + Math.Exp(-(row.Features[0] + middle))));
            (low, high) = mean < wanted ? (middle, high) : (low, middle);
        }

        return low;
    }

    private static double LogOdds(double probability) => Math.Log(probability / (1 - probability));

    /// <summary>What a signal is by chance between two languages: mean and deviation of texts that don't belong together; and how far agreement in form goes by chance.</summary>
    private static (double[] Means, double[] Deviations, double Hinge) Scale((int Left, int Right) languages, IReadOnlyList<ComparedPair> group, IReadOnlyList<ComparedPair> pairs)
    {
        var others = group.Where(pair => !pair.SameText).Select(pair => Values(pair.Signals)).ToList();
        var means = Enumerable.Range(0, TextSignals).Select(signal => others.Average(values => values[signal])).ToArray();
        var deviations = Enumerable.Range(0, TextSignals).Select(signal => Math.Sqrt(others.Average(values => Math.Pow(values[signal] - means[signal], 2)))).ToArray();
        // In one language, two texts on one thing share words; they are the same text when they agree as much as translations do.
        var hinge = languages.Left == languages.Right ? pairs.Where(pair => pair.SameText && pair.Left != pair.Right).Average(pair => Values(pair.Signals)[0])
            : others.Select(values => values[0]).Order().ElementAt((int)(ChanceQuantile * others.Count));
        return (means, deviations, hinge);
    }

    /// <summary>Agreement in form and meaning together, and the three signals of what texts are about.</summary>
    private static double[] Values(Signals signals) => [signals.Form + signals.Meaning, signals.Meaning, signals.Topic, signals.Terms];

    private static PairRow Row((double[] Means, double[] Deviations, double Hinge) scale, ComparedPair pair) => new()
    {
        Features =
        [
            (float)(Math.Max(0, Values(pair.Signals)[0] - scale.Hinge) / scale.Deviations[0]),
            .. Values(pair.Signals).Select((value, signal) => (float)((value - scale.Means[signal]) / scale.Deviations[signal])).Skip(1),
        ],
        Label = pair.Relevant,
    };

    private static double Sum(float[] features, float[] weights) => features.Zip(weights).Sum(pair => pair.First * pair.Second);

    private static LinearBinaryModelParameters TrainNonNegative(MLContext ml, IReadOnlyList<PairRow> rows, bool[] used)
    {
        // A signal whose weight comes out negative speaks against itself on these pairs: leave it out and learn again.
        // (EnforceNonNegativity would hold the bias above zero, too.)
        while (true)
        {
            var model = Train(ml, rows, used);
            var worst = Enumerable.Range(0, TextSignals).Where(signal => used[signal] && model.Weights[signal] < 0).OrderBy(signal => model.Weights[signal]).FirstOrDefault(-1);
            if (worst < 0)
            {
                return model;
            }

            used[worst] = false;
        }
    }

    private static LinearBinaryModelParameters Train(MLContext ml, IReadOnlyList<PairRow> rows, bool[] used)
    {
        var data = ml.Data.LoadFromEnumerable(rows.Select(row => new PairRow { Features = [.. row.Features.Select((value, signal) => used[signal] ? value : 0)], Label = row.Label }));
        return ml.BinaryClassification.Trainers.LbfgsLogisticRegression(new() { L1Regularization = 0, L2Regularization = 0.01f, NumberOfThreads = 1 }).Fit(data).Model.SubModel;
    }

    /// <summary>Adds the weights of tags against the weight of the texts.</summary>
    /// <param name="ml">The ML.NET context.</param>
    /// <param name="fusion">What <see cref="Learn"/> learned.</param>
    /// <param name="judged">Pairs with tags that people set, judged by reading.</param>
    public static Fusion WithTags(MLContext ml, Fusion fusion, IReadOnlyList<ComparedPair> judged)
    {
        var rows = judged.Select(pair => new PairRow
        {
            Features = [(float)fusion.Of(pair.Left, pair.Right).LogOdds(pair.Signals with { Areas = 0, Goals = 0 }), (float)pair.Signals.Areas, (float)pair.Signals.Goals, 0],
            Label = pair.Relevant,
        }).ToList();
        var model = TrainNonNegative(ml, rows, [true, true, true, false]);
        var (areas, goals) = (model.Weights[1] / model.Weights[0], model.Weights[2] / model.Weights[0]);
        return fusion with { Pairs = [.. fusion.Pairs.Select(pair => pair with { Weights = [.. pair.Weights.Take(TextSignals), areas, goals] })] };
    }

    private sealed class PairRow
    {
        [VectorType(TextSignals)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}
