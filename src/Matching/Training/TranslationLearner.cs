using System.Runtime.InteropServices;
using CooperaNet.Matching.Translations;

namespace CooperaNet.Matching.Training;

/// <summary>Learns which words translate each other from parallel texts.</summary>
/// <remarks>
/// IBM model 1 by expectation maximisation, in both directions: Brown, Della Pietra, Della Pietra and Mercer, <i>The
/// Mathematics of Statistical Machine Translation</i> (1993), section 4.1. ML.NET has no such learner.
/// </remarks>
public static class TranslationLearner
{
    private const int Rounds = 6;
    private const int MaxTerms = 60;
    private const double Smoothing = 0.5;

    /// <summary>Learns one pair of languages.</summary>
    /// <param name="rows">Rows with both languages; others are passed over.</param>
    /// <param name="source">Position of the first language.</param>
    /// <param name="target">Position of the second language.</param>
    /// <param name="minProbability">Links less probable than this in both directions are dropped.</param>
    /// <param name="best">Links kept for each word and direction.</param>
    /// <returns>Links from each word of either language to words of the other; the strength is the mean of both directions' probabilities.</returns>
    public static IReadOnlyList<TranslationLink> Learn(IEnumerable<ParallelTerms> rows, int source, int target, double minProbability, int best)
    {
        var cells = new Cells();
        foreach (var row in rows)
        {
            var (left, right) = (row.Terms[source].Distinct().Take(MaxTerms).ToArray(), row.Terms[target].Distinct().Take(MaxTerms).ToArray());
            if (left.Length > 0 && right.Length > 0)
            {
                cells.Add(left, right, row.Weight);
            }
        }

        var forward = cells.Estimate(reverse: false);
        var backward = cells.Estimate(reverse: true);
        var kept = cells.Strongest(forward, reverse: false, minProbability, best);
        kept.UnionWith(cells.Strongest(backward, reverse: true, minProbability, best));
        return [.. kept.Order().SelectMany(cell =>
        {
            var (left, right) = cells.Pair(cell);
            var strength = (forward[cell] + backward[cell]) / 2;
            return new[] { new TranslationLink(left, right, strength), new TranslationLink(right, left, strength) };
        })];
    }

    /// <summary>The pairs of words that stand in one row, each once, and for each row where its pairs are.</summary>
    private sealed class Cells
    {
        private readonly Dictionary<long, int> ids = [];
        private readonly List<(int Left, int Right)> pairs = [];
        private readonly List<int> entries = []; // row by row, left by left
        private readonly List<(int Start, int Left, int Right, float Weight)> rows = [];

        public void Add(int[] left, int[] right, float weight)
        {
            rows.Add((entries.Count, left.Length, right.Length, weight));
            foreach (var l in left)
            {
                foreach (var r in right)
                {
                    ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(ids, ((long)l << 32) | (uint)r, out var known);
                    if (!known)
                    {
                        id = pairs.Count;
                        pairs.Add((l, r));
                    }

                    entries.Add(id);
                }
            }
        }

        public (int Left, int Right) Pair(int cell) => pairs[cell];

        /// <summary>p(right | left) of every cell; p(left | right) when reversed.</summary>
        public float[] Estimate(bool reverse)
        {
            var probabilities = new float[pairs.Count];
            Array.Fill(probabilities, 1f);
            var counts = new float[pairs.Count];
            var all = CollectionsMarshal.AsSpan(entries);
            for (var round = 0; round < Rounds; round++)
            {
                Array.Clear(counts);
                foreach (var (start, left, right, weight) in rows)
                {
                    // Each generated word shares its count among the words that could have generated it.
                    var (generated, generating) = reverse ? (left, right) : (right, left);
                    var (stepGenerated, stepGenerating) = reverse ? (right, 1) : (1, right);
                    for (var g = 0; g < generated; g++)
                    {
                        var sum = 0f;
                        for (var h = 0; h < generating; h++)
                        {
                            sum += probabilities[all[start + (g * stepGenerated) + (h * stepGenerating)]];
                        }

                        for (var h = 0; h < generating && sum > 0; h++)
                        {
                            var cell = all[start + (g * stepGenerated) + (h * stepGenerating)];
                            counts[cell] += weight * probabilities[cell] / sum;
                        }
                    }
                }

                Normalise(counts, probabilities, reverse);
            }

            return probabilities;
        }

        public HashSet<int> Strongest(float[] probabilities, bool reverse, double minProbability, int best) => [.. Enumerable.Range(0, pairs.Count)
            .Where(cell => probabilities[cell] >= minProbability)
            .GroupBy(cell => reverse ? pairs[cell].Right : pairs[cell].Left)
            .SelectMany(word => word.OrderByDescending(cell => probabilities[cell]).ThenBy(cell => cell).Take(best))];

        private void Normalise(float[] counts, float[] probabilities, bool reverse)
        {
            var totals = new Dictionary<int, double>();
            for (var cell = 0; cell < counts.Length; cell++)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(totals, reverse ? pairs[cell].Right : pairs[cell].Left, out _) += counts[cell];
            }

            for (var cell = 0; cell < counts.Length; cell++)
            {
                probabilities[cell] = (float)(counts[cell] / (totals[reverse ? pairs[cell].Right : pairs[cell].Left] + Smoothing));
            }
        }
    }
}
