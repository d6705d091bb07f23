namespace CooperaNet.Matching.Ranking;

/// <summary>The evidence for one pair.</summary>
/// <param name="Terms">Cosine of stemmed words, 0 to 1.</param>
/// <param name="Grams">Cosine of character n-grams, 0 to 1.</param>
/// <param name="Areas">Agreement of areas of focus, 0 to 1.</param>
/// <param name="Goals">Agreement of goals, 0 to 1.</param>
public readonly record struct Signals(double Terms, double Grams, double Areas, double Goals);

/// <summary>Turns signals into one calibrated score by a logistic regression that ML.NET learned.</summary>
/// <remarks>score = 1 / (1 + exp(-(bias + Σ weight·signal - penalty))). Weights are never negative, so that contributions read as evidence.</remarks>
/// <param name="Bias">The log-odds of a pair without any evidence.</param>
/// <param name="Weights">Weights in the order of <see cref="Signals"/>.</param>
/// <param name="Threshold">The score below which the service abstains.</param>
public sealed record Fusion(float Bias, float[] Weights, float Threshold)
{
    /// <summary>Taken from the log-odds of a pair whose other side was not confirmed for long: halves the odds.</summary>
    public const double StalePenalty = 0.693147;

    /// <summary>The score of a pair, 0 to 1.</summary>
    public double Score(Signals signals, bool stale = false) => 1 / (1 + Math.Exp(-LogOdds(signals, stale)));

    /// <summary>What each signal adds to the log-odds; the parts add up to ln(score / (1 - score)).</summary>
    public IReadOnlyList<(string Signal, double Value)> Contributions(Signals signals, bool stale) =>
    [
        ("form", (Weights[0] * signals.Terms) + (Weights[1] * signals.Grams)),
        ("tags", (Weights[2] * signals.Areas) + (Weights[3] * signals.Goals)),
        ("freshness", stale ? -StalePenalty : 0),
        ("prior", Bias),
    ];

    /// <summary>ln(score / (1 - score)).</summary>
    public double LogOdds(Signals signals, bool stale = false) =>
        Bias + (Weights[0] * signals.Terms) + (Weights[1] * signals.Grams) + (Weights[2] * signals.Areas) + (Weights[3] * signals.Goals) - (stale ? StalePenalty : 0);
}
