using System.Numerics.Tensors;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Thesauri;

namespace CooperaNet.Matching.Tagging;

/// <summary>What a text is about.</summary>
/// <param name="Goals">Probability that each goal is meant, 0 to 1, goal 1 first; a text may mean several.</param>
/// <param name="Areas">The same for the areas, in the order of <see cref="AreaCodes"/>.</param>
public sealed record TagProbabilities(float[] Goals, float[] Areas);

/// <summary>Weights that were learned for <see cref="Tagger"/>.</summary>
public sealed record TaggerWeights
{
    /// <summary>Weights of the maximum-entropy model: goals x (dimensions of a meaning + concepts), row by row.</summary>
    public required float[] Goals { get; init; }

    /// <summary>One bias a goal.</summary>
    public required float[] GoalBiases { get; init; }

    /// <summary>Meanings of the goals' targets, row by row, each of unit length.</summary>
    public required float[] Targets { get; init; }

    /// <summary>The goal of each target, 1 to 17.</summary>
    public required int[] TargetGoals { get; init; }

    /// <summary>Weights of a goal's evidence: ln of the model's probability, ln of the thesaurus' share, likeness to its targets, and a bias.</summary>
    public required float[] GoalFusion { get; init; }

    /// <summary>Weights of an area's evidence: ln of the thesaurus' share, and a bias.</summary>
    public required float[] AreaFusion { get; init; }

    /// <summary>Mean share of each goal in development texts.</summary>
    public required float[] GoalPriors { get; init; }

    /// <summary>Mean share of each area in development texts.</summary>
    public required float[] AreaPriors { get; init; }
}

/// <summary>
/// Tells which goals and areas a text is about, from its meaning and its concepts, so that it works alike in all languages.
/// A maximum-entropy model, the votes of the concepts, and the likeness to the goals' own targets are put together by a
/// logistic regression; ML.NET learned both. Safe for concurrent use.
/// </summary>
public sealed class Tagger(TaggerWeights weights, Thesaurus thesaurus, int dimensions)
{
    /// <summary>Goals.</summary>
    public const int GoalCount = 17;

    private const int NearestTargets = 3;
    private const float VoteSmoothing = 0.02f;
    private const float AreaShare = 0.7f; // of areas against goals in the topic
    private const float UnlearnedLogProbability = -3; // of a goal that no labelled text taught: goal 17

    /// <summary>What was learned.</summary>
    public TaggerWeights Weights => weights;

    /// <summary>The probabilities of all goals and areas.</summary>
    /// <param name="meaning">The text's meaning, of unit length.</param>
    /// <param name="concepts">Its concepts.</param>
    public TagProbabilities Tag(ReadOnlySpan<float> meaning, SparseVector concepts)
    {
        Span<float> goals = stackalloc float[GoalCount];
        GoalLogits(meaning, concepts, goals);
        Span<float> areas = stackalloc float[AreaCodes.All.Count];
        AreaShares(concepts, areas);
        return new(
            [.. goals.ToArray().Select(Sigmoid)],
            [.. areas.ToArray().Select(share => Sigmoid((weights.AreaFusion[0] * MathF.Log(share)) + weights.AreaFusion[1]))]);
    }

    /// <summary>The topic of a text as a unit vector: the goals' and areas' shares against what is usual, roots taken.</summary>
    /// <param name="meaning">The text's meaning, of unit length.</param>
    /// <param name="concepts">Its concepts.</param>
    /// <param name="topic">Filled: goals, areas, and zeroes.</param>
    public void Topic(ReadOnlySpan<float> meaning, SparseVector concepts, Span<float> topic)
    {
        topic.Clear();
        Shares(meaning, concepts, topic[..GoalCount], topic.Slice(GoalCount, AreaCodes.All.Count));
        Rise(topic[..GoalCount], weights.GoalPriors, 1);
        Rise(topic.Slice(GoalCount, AreaCodes.All.Count), weights.AreaPriors, AreaShare);
        TensorPrimitives.Divide(topic, TensorPrimitives.Norm<float>(topic), topic);
    }

    /// <summary>Goals and areas as shares that add up to 1 each.</summary>
    public void Shares(ReadOnlySpan<float> meaning, SparseVector concepts, Span<float> goals, Span<float> areas)
    {
        GoalLogits(meaning, concepts, goals);
        TensorPrimitives.SoftMax(goals, goals);
        AreaShares(concepts, areas);
    }

    /// <summary>How strongly one concept speaks for a goal: its weight in the model and its vote.</summary>
    public float Evidence(int concept, int goal) =>
        (goal - 1 < weights.GoalBiases.Length ? weights.Goals[((goal - 1) * (dimensions + thesaurus.Concepts.Count)) + dimensions + concept] : 0)
        + (thesaurus.Concepts[concept].Goals.Contains(goal) ? 1 : 0);

    /// <summary>A goal's evidence: ln of the model's probability, ln of the thesaurus' share, likeness to its targets. What <see cref="TaggerWeights.GoalFusion"/> is learned from.</summary>
    public void GoalEvidence(ReadOnlySpan<float> meaning, SparseVector concepts, Span<float> evidence)
    {
        Span<float> model = stackalloc float[GoalCount];
        LogProbabilities(meaning, concepts, model);
        Span<float> votes = stackalloc float[GoalCount];
        Votes(concepts, votes, static concept => concept.Goals, first: 1);
        Span<float> nearest = stackalloc float[GoalCount];
        Likeness(meaning, nearest);
        for (var goal = 0; goal < GoalCount; goal++)
        {
            evidence[3 * goal] = model[goal];
            evidence[(3 * goal) + 1] = MathF.Log(votes[goal]);
            evidence[(3 * goal) + 2] = nearest[goal];
        }
    }

    /// <summary>The areas' shares among the concepts, never 0; they add up to 1.</summary>
    public void AreaShares(SparseVector concepts, Span<float> shares) => Votes(concepts, shares, static concept => concept.Areas, first: 0);

    private static float Sigmoid(float logit) => 1 / (1 + MathF.Exp(-logit));

    private static void Rise(Span<float> shares, float[] priors, float length)
    {
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = MathF.Sqrt(shares[i] / priors[i]);
        }

        TensorPrimitives.Multiply(shares, length / TensorPrimitives.Norm<float>(shares), shares);
    }

    private void GoalLogits(ReadOnlySpan<float> meaning, SparseVector concepts, Span<float> logits)
    {
        Span<float> evidence = stackalloc float[3 * GoalCount];
        GoalEvidence(meaning, concepts, evidence);
        for (var goal = 0; goal < GoalCount; goal++)
        {
            logits[goal] = TensorPrimitives.Dot(evidence.Slice(3 * goal, 3), weights.GoalFusion.AsSpan(0, 3)) + weights.GoalFusion[3];
        }
    }

    private void LogProbabilities(ReadOnlySpan<float> meaning, SparseVector concepts, Span<float> logs)
    {
        var learned = weights.GoalBiases.Length;
        var width = dimensions + thesaurus.Concepts.Count;
        for (var goal = 0; goal < learned; goal++)
        {
            var row = weights.Goals.AsSpan(goal * width, width);
            logs[goal] = weights.GoalBiases[goal] + TensorPrimitives.Dot(row[..dimensions], meaning);
            for (var i = 0; i < concepts.Ids.Length; i++)
            {
                logs[goal] += row[dimensions + concepts.Ids[i]] * concepts.Weights[i];
            }
        }

        var known = logs[..learned];
        TensorPrimitives.SoftMax(known, known);
        for (var goal = 0; goal < GoalCount; goal++)
        {
            logs[goal] = goal < learned ? MathF.Log(MathF.Max(known[goal], 1e-6f)) : UnlearnedLogProbability;
        }
    }

    private void Votes(SparseVector concepts, Span<float> votes, Func<Concept, int[]> codes, int first)
    {
        votes.Fill(VoteSmoothing);
        for (var i = 0; i < concepts.Ids.Length; i++)
        {
            var voted = codes(thesaurus.Concepts[concepts.Ids[i]]);
            foreach (var code in voted)
            {
                votes[code - first] += concepts.Weights[i] / voted.Length;
            }
        }

        TensorPrimitives.Divide(votes, TensorPrimitives.Sum<float>(votes), votes);
    }

    /// <summary>For each goal the mean cosine with its nearest targets.</summary>
    private void Likeness(ReadOnlySpan<float> meaning, Span<float> likeness)
    {
        Span<float> best = stackalloc float[GoalCount * NearestTargets];
        best.Fill(-1);
        for (var target = 0; target < weights.TargetGoals.Length; target++)
        {
            var nearest = best.Slice((weights.TargetGoals[target] - 1) * NearestTargets, NearestTargets);
            var cosine = TensorPrimitives.Dot(meaning, weights.Targets.AsSpan(target * dimensions, dimensions));
            for (var place = 0; place < NearestTargets; place++)
            {
                if (cosine > nearest[place])
                {
                    (nearest[place], cosine) = (cosine, nearest[place]);
                }
            }
        }

        for (var goal = 0; goal < GoalCount; goal++)
        {
            likeness[goal] = TensorPrimitives.Sum<float>(best.Slice(goal * NearestTargets, NearestTargets)) / NearestTargets;
        }
    }
}
