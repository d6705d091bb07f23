namespace CooperaNet.Matching.Ranking;

/// <summary>The log-odds of one query's pairs: <see cref="Fusion"/> and <see cref="TagRarity"/> with the query's side worked out beforehand.</summary>
internal sealed class PairScorer
{
    private const int LowGoals = 9;
    private readonly Fusion fusion;
    private readonly double[] areas;
    private readonly double[] lowGoals;
    private readonly double[] highGoals;

    public PairScorer(Fusion fusion, TagRarity rarity, int queryAreas, int queryGoals)
    {
        this.fusion = fusion;
        areas = Sums(rarity.Areas, queryAreas);
        lowGoals = Sums(rarity.Goals[..LowGoals], queryGoals);
        highGoals = Sums(rarity.Goals[LowGoals..], queryGoals >> LowGoals);
    }

    public double LogOdds(double terms, double grams, int itemAreas, int itemGoals) =>
        fusion.Bias + (fusion.Weights[0] * Math.Min(1, terms)) + (fusion.Weights[1] * Math.Min(1, grams))
        + (fusion.Weights[2] * TagRarity.Saturate(areas[itemAreas]))
        + (fusion.Weights[3] * TagRarity.Saturate(lowGoals[itemGoals & ((1 << LowGoals) - 1)] + highGoals[itemGoals >> LowGoals]));

    /// <summary>For every set of tags the sum of the squared rarities that it shares with the query.</summary>
    private static double[] Sums(float[] rarity, int query)
    {
        var sums = new double[1 << rarity.Length];
        for (var tag = 0; tag < rarity.Length; tag++)
        {
            var weight = ((query >> tag) & 1) == 0 ? 0 : (double)rarity[tag] * rarity[tag];
            for (var set = 0; set < 1 << tag; set++)
            {
                sums[set | (1 << tag)] = sums[set] + weight;
            }
        }

        return sums;
    }
}
