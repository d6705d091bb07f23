using CooperaNet.Matching.Trainer.Evaluation;

namespace CooperaNet.Matching.Tests.Training;

public class MeasuresTests
{
    [Fact]
    public void Gain_is_discounted_by_place() => // by hand: (1/log2(2) + 1/log2(4)) / (1/log2(2) + 1/log2(3))
        Assert.Equal(1.5 / (1 + (1 / Math.Log2(3))), Measures.Ndcg10([true, false, true], 2), precision: 12);

    [Fact]
    public void Perfect_order_gains_one_however_many_are_relevant() => Assert.Equal(1, Measures.Ndcg10(Enumerable.Repeat(true, 10), 25), precision: 12);

    [Fact]
    public void Scores_that_come_true_have_no_calibration_error()
    {
        (double, bool)[] honest = [.. Enumerable.Range(0, 100).Select(i => (0.3, i % 10 < 3))];
        (double, bool)[] boastful = [.. honest.Select(pair => (0.8, pair.Item2))];

        Assert.Equal(0, Measures.CalibrationError(honest), precision: 12);
        Assert.Equal(0.5, Measures.CalibrationError(boastful), precision: 12);
        Assert.Equal(0.21, Measures.Brier(honest), precision: 12); // by hand: 0.3 * 0.49 + 0.7 * 0.09
    }

    [Fact]
    public void Ranks_correlate_by_order_alone()
    {
        Assert.Equal(1, Measures.Spearman([1, 2, 3, 4], [10, 100, 1000, 10000]), precision: 12);
        Assert.Equal(-1, Measures.Spearman([1, 2, 3], [3, 2, 1]), precision: 12);
        Assert.Equal(0.8660254, Measures.Spearman([1, 2, 3], [1, 2, 2]), precision: 6); // by hand: ranks 0 1 2 and 0 1.5 1.5
    }
}
