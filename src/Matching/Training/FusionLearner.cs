using CooperaNet.Matching.Ranking;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace CooperaNet.Matching.Training;

/// <summary>Learns how the signals add up to a probability, with ML.NET's logistic regression, weights never negative.</summary>
public static class FusionLearner
{
    /// <summary>Learns from judged pairs; the threshold is the score with the best F1 on them.</summary>
    public static Fusion Learn(MLContext ml, IReadOnlyList<(Signals Signals, bool Relevant)> pairs)
    {
        // A signal whose weight comes out negative speaks against itself on these pairs: leave it out and learn again.
        var used = new[] { true, true, true, true };
        while (true)
        {
            var model = Train(ml, pairs, used);
            var worst = model.Weights.Select((weight, i) => (weight, i)).Where(pair => pair.weight < 0 && used[pair.i]).OrderBy(pair => pair.weight).Select(pair => pair.i).FirstOrDefault(-1);
            if (worst < 0)
            {
                var fusion = new Fusion(model.Bias, [.. model.Weights], 0);
                return fusion with { Threshold = (float)BestThreshold(fusion, pairs) };
            }

            used[worst] = false;
        }
    }

    private static Microsoft.ML.Trainers.LinearBinaryModelParameters Train(MLContext ml, IReadOnlyList<(Signals Signals, bool Relevant)> pairs, bool[] used)
    {
        float Use(int signal, double value) => used[signal] ? (float)value : 0;
        var rows = ml.Data.LoadFromEnumerable(pairs.Select(pair => new Row
        {
            Features = [Use(0, pair.Signals.Terms), Use(1, pair.Signals.Grams), Use(2, pair.Signals.Areas), Use(3, pair.Signals.Goals)],
            Label = pair.Relevant,
        }).ToList());
        return ml.BinaryClassification.Trainers.LbfgsLogisticRegression(new() { L1Regularization = 0, L2Regularization = 0.01f, NumberOfThreads = 1 }).Fit(rows).Model.SubModel;
    }

    private static double BestThreshold(Fusion fusion, IReadOnlyList<(Signals Signals, bool Relevant)> pairs)
    {
        var relevant = pairs.Count(pair => pair.Relevant);
        var (hits, best, threshold) = (0, -1.0, 0.5);
        var scored = pairs.Select(pair => (Score: fusion.Score(pair.Signals), pair.Relevant)).OrderByDescending(pair => pair.Score).ToList();
        for (var i = 0; i < scored.Count; i++)
        {
            hits += scored[i].Relevant ? 1 : 0;
            var f1 = 2.0 * hits / (i + 1 + relevant);
            if (f1 > best)
            {
                (best, threshold) = (f1, scored[i].Score);
            }
        }

        return threshold;
    }

    private sealed class Row
    {
        [VectorType(4)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}
