namespace CooperaNet.Matching.Trainer.Evaluation;

/// <summary>Measures of ranking, calibration and correlation.</summary>
internal static class Measures
{
    /// <summary>Normalised discounted cumulative gain of the first ten, gains 0 or 1.</summary>
    /// <param name="relevant">Whether each place's answer is relevant, best place first.</param>
    /// <param name="total">Relevant answers in the pool; at least 1.</param>
    /// <remarks>Source: Järvelin and Kekäläinen, <i>Cumulated Gain-Based Evaluation of IR Techniques</i> (2002).</remarks>
    public static double Ndcg10(IEnumerable<bool> relevant, int total)
    {
        var gained = relevant.Take(10).Select((isRelevant, place) => isRelevant ? 1 / Math.Log2(place + 2) : 0).Sum();
        return gained / Enumerable.Range(0, Math.Min(10, total)).Sum(place => 1 / Math.Log2(place + 2));
    }

    /// <summary>Expected calibration error over ten bins of equal mass: how far scores are from what comes true. 0 is best.</summary>
    /// <remarks>Source: Naeini, Cooper and Hauskrecht, <i>Obtaining Well Calibrated Probabilities Using Bayesian Binning</i> (2015).</remarks>
    public static double CalibrationError(IReadOnlyList<(double Score, bool Relevant)> pairs) =>
        Bins(pairs).Sum(bin => (double)bin.Count / pairs.Count * Math.Abs(bin.Score - bin.Relevant));

    /// <summary>Ten bins of equal mass, by score: mean score, share of relevant ones, and size.</summary>
    public static IEnumerable<(double Score, double Relevant, int Count)> Bins(IReadOnlyList<(double Score, bool Relevant)> pairs) =>
        pairs.OrderBy(pair => pair.Score).Select((pair, i) => (pair, Bin: i * 10 / pairs.Count)).GroupBy(entry => entry.Bin, entry => entry.pair)
            .Select(bin => (bin.Average(pair => pair.Score), bin.Average(pair => pair.Relevant ? 1.0 : 0), bin.Count()));

    /// <summary>Mean squared error of probabilities. 0 is best.</summary>
    public static double Brier(IReadOnlyList<(double Score, bool Relevant)> pairs) => pairs.Average(pair => Math.Pow(pair.Score - (pair.Relevant ? 1 : 0), 2));

    /// <summary>Spearman's rank correlation, ties at their mean rank. -1 to 1.</summary>
    public static double Spearman(IReadOnlyList<double> left, IReadOnlyList<double> right) => Pearson(Ranks(left), Ranks(right));

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        var ranks = new double[values.Count];
        var rank = 0;
        foreach (var group in values.Select((value, i) => (value, i)).GroupBy(pair => pair.value).OrderBy(group => group.Key))
        {
            var members = group.ToList();
            members.ForEach(member => ranks[member.i] = rank + ((members.Count - 1) / 2.0));
            rank += members.Count;
        }

        return ranks;
    }

    private static double Pearson(double[] left, double[] right)
    {
        var (meanLeft, meanRight) = (left.Average(), right.Average());
        var covariance = left.Zip(right, (l, r) => (l - meanLeft) * (r - meanRight)).Sum();
        return covariance / Math.Sqrt(left.Sum(l => Math.Pow(l - meanLeft, 2)) * right.Sum(r => Math.Pow(r - meanRight, 2)));
    }
}
