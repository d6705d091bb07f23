using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Tagging;
using CooperaNet.Matching.Thesauri;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace CooperaNet.Matching.Training;

/// <summary>A text as the tagger sees it.</summary>
/// <param name="Meaning">Unit length.</param>
/// <param name="Concepts">Concepts of the thesaurus.</param>
public sealed record ReadText(float[] Meaning, SparseVector Concepts);

/// <summary>Learns the weights of <see cref="Tagger"/> with ML.NET.</summary>
public static class TaggerLearner
{
    private const int Folds = 5;

    /// <summary>Learns from texts of one goal each, from the goals' targets, and from texts with their areas.</summary>
    /// <param name="ml">The ML.NET context.</param>
    /// <param name="thesaurus">The concepts.</param>
    /// <param name="labelled">Texts with one goal each, 1 to 16.</param>
    /// <param name="targets">Meanings of the goals' targets, 1 to 17.</param>
    /// <param name="tagged">Texts with the areas of focus that people set, by their slugs.</param>
    /// <param name="goalsOfText">How many goals an item's text is about on average; the labelled texts name but one each.</param>
    public static TaggerWeights Learn(
        MLContext ml, Thesaurus thesaurus, IReadOnlyList<(ReadText Text, int Goal)> labelled, IReadOnlyList<(float[] Meaning, int Goal)> targets, IReadOnlyList<(ReadText Text, IReadOnlyList<string> Areas)> tagged, double goalsOfText)
    {
        var bare = new TaggerWeights
        {
            Goals = [],
            GoalBiases = [],
            GoalFusion = [0, 0, 0, 0],
            AreaFusion = [1, 0],
            GoalPriors = new float[Tagger.GoalCount],
            AreaPriors = new float[AreaCodes.All.Count],
            Targets = [.. targets.SelectMany(target => target.Meaning)],
            TargetGoals = [.. targets.Select(target => target.Goal)],
        };
        // The evidence of a text comes from a model that didn't see it, as it will in use.
        var evidence = Enumerable.Range(0, Folds).SelectMany(fold =>
        {
            var tagger = new Tagger(LearnGoals(ml, thesaurus, [.. labelled.Where((_, i) => i % Folds != fold)], bare), thesaurus, SemanticCode.MeaningLength);
            return labelled.Where((_, i) => i % Folds == fold).SelectMany(text => GoalEvidence(tagger, text.Text, text.Goal));
        }).ToList();
        var fusion = Logistic(ml, evidence, 3);
        fusion[3] += MathF.Log((float)goalsOfText);
        var weights = LearnGoals(ml, thesaurus, labelled, bare) with { GoalFusion = fusion };
        var plain = new Tagger(weights, thesaurus, SemanticCode.MeaningLength);
        weights = weights with
        {
            AreaFusion = Logistic(ml, [.. tagged.SelectMany(text => AreaEvidence(plain, text.Text, text.Areas))], 1),
            GoalPriors = Priors(plain, labelled.Select(text => text.Text), goals: true),
            AreaPriors = Priors(plain, labelled.Select(text => text.Text), goals: false),
        };
        return weights;
    }

    private static TaggerWeights LearnGoals(MLContext ml, Thesaurus thesaurus, IReadOnlyList<(ReadText Text, int Goal)> labelled, TaggerWeights bare)
    {
        var width = SemanticCode.MeaningLength + thesaurus.Concepts.Count;
        var schema = SchemaDefinition.Create(typeof(GoalRow));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        var rows = ml.Data.LoadFromEnumerable(labelled.Select(text => new GoalRow { Goal = text.Goal, Features = Features(text.Text, width) }).ToList(), schema);
        var model = ml.Transforms.Conversion.MapValueToKey("Label", "Goal", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new() { L1Regularization = 0, L2Regularization = 0.05f, HistorySize = 20, NumberOfThreads = 1 }))
            .Fit(rows).LastTransformer.Model;
        var learned = default(VBuffer<float>[])!;
        model.GetWeights(ref learned, out _);
        return bare with { Goals = [.. learned.SelectMany(goal => goal.DenseValues()).Select(weight => (float)(Half)weight)], GoalBiases = [.. model.GetBiases()] };
    }

    private static VBuffer<float> Features(ReadText text, int width) => new(
        width, SemanticCode.MeaningLength + text.Concepts.Ids.Length,
        [.. text.Meaning, .. text.Concepts.Weights],
        [.. Enumerable.Range(0, SemanticCode.MeaningLength), .. text.Concepts.Ids.Select(concept => SemanticCode.MeaningLength + concept)]);

    private static IEnumerable<EvidenceRow> GoalEvidence(Tagger tagger, ReadText text, int goal)
    {
        var evidence = new float[3 * Tagger.GoalCount];
        tagger.GoalEvidence(text.Meaning, text.Concepts, evidence);
        return Enumerable.Range(0, Tagger.GoalCount - 1).Select(other => new EvidenceRow { Features = evidence[(3 * other)..(3 * other + 3)], Label = other + 1 == goal });
    }

    private static IEnumerable<EvidenceRow> AreaEvidence(Tagger tagger, ReadText text, IReadOnlyList<string> areas)
    {
        var shares = new float[AreaCodes.All.Count];
        tagger.AreaShares(text.Concepts, shares);
        return shares.Select((share, area) => (share, Code: AreaCodes.All[area])).Where(area => !area.Code.StartsWith(AreaCodes.OtherPrefix, StringComparison.Ordinal))
            .Select(area => new EvidenceRow { Features = [MathF.Log(area.share), 0, 0], Label = areas.Contains(area.Code) });
    }

    private static float[] Logistic(MLContext ml, IReadOnlyList<EvidenceRow> rows, int features)
    {
        var model = ml.BinaryClassification.Trainers.LbfgsLogisticRegression(new() { L1Regularization = 0, L2Regularization = 0.01f, NumberOfThreads = 1 }).Fit(ml.Data.LoadFromEnumerable(rows)).Model.SubModel;
        return [.. model.Weights.Take(features), model.Bias];
    }

    private static float[] Priors(Tagger tagger, IEnumerable<ReadText> texts, bool goals)
    {
        var (sum, count) = (new float[goals ? Tagger.GoalCount : AreaCodes.All.Count], 0);
        var (goalShares, areaShares) = (new float[Tagger.GoalCount], new float[AreaCodes.All.Count]);
        foreach (var text in texts)
        {
            tagger.Shares(text.Meaning, text.Concepts, goalShares, areaShares);
            var shares = goals ? goalShares : areaShares;
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += shares[i];
            }

            count++;
        }

        return [.. sum.Select(total => Math.Max(0.01f, total / count))];
    }

    private sealed class GoalRow
    {
        public int Goal { get; set; }

        public VBuffer<float> Features { get; set; }
    }

    private sealed class EvidenceRow
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}
