namespace CooperaNet.Matching.Ranking;

/// <summary>The evidence for one pair.</summary>
/// <param name="Form">Agreement of words with words and their translations, 0 to 1.</param>
/// <param name="Meaning">Cosine of meanings, -1 to 1.</param>
/// <param name="Topic">Cosine of topics, 0 to 1.</param>
/// <param name="Terms">Cosine of concepts of the thesaurus, 0 to 1.</param>
/// <param name="Areas">Agreement of areas of focus that people set, -1 to 1; see <see cref="TagRarity"/>.</param>
/// <param name="Goals">Agreement of goals that people set, -1 to 1.</param>
public readonly record struct Signals(double Form, double Meaning, double Topic, double Terms, double Areas, double Goals);

/// <summary>How the signals of one pair of languages add up to a score.</summary>
/// <remarks>
/// What the texts are about counts up to a ceiling: even of texts that surely speak of one thing, some don't belong together.
/// What only the same text in other words has, agreement in form and meaning beyond chance, and tags that people set come on top.
/// <para>score = 1 / (1 + exp(-(doubt(bias + meaning + topic + terms) + form + tags - penalty))), doubt(x) = logit(ceiling / (1 + exp(-x))).
/// Weights are never negative, so that contributions read as evidence.</para>
/// </remarks>
/// <param name="Bias">The log-odds of a pair without any evidence.</param>
/// <param name="Hinge">Agreement in form and meaning together up to here is chance, and adds nothing to form.</param>
/// <param name="Ceiling">The most that meaning, topic and terms can bring a score to, above 0 to 1.</param>
/// <param name="Weights">Weights in the order of <see cref="Signals"/>.</param>
public readonly record struct PairWeights(float Bias, float Hinge, float Ceiling, float[] Weights)
{
    /// <summary>Taken from the log-odds of a pair whose other side was not confirmed for long: halves the odds.</summary>
    public const double StalePenalty = 0.693147;

    /// <summary>What a score becomes with the penalty.</summary>
    public static double WithStalePenalty(double score) => score / (score + (Math.Exp(StalePenalty) * (1 - score)));

    /// <summary>The score of a pair, 0 to 1.</summary>
    public double Score(Signals signals, bool stale = false) => 1 / (1 + Math.Exp(-LogOdds(signals, stale)));

    /// <summary>ln(score / (1 - score)).</summary>
    public double LogOdds(Signals signals, bool stale = false)
    {
        var about = About(signals);
        return about + Doubt(about) + Form(signals) + Tags(signals) - (stale ? StalePenalty : 0);
    }

    /// <summary>What each signal adds to the log-odds; the parts add up to ln(score / (1 - score)).</summary>
    public IReadOnlyList<(string Signal, double Value)> Contributions(Signals signals, bool stale) =>
    [
        ("form", Form(signals)),
        ("meaning", Weights[1] * signals.Meaning),
        ("topic", Weights[2] * signals.Topic),
        ("terms", Weights[3] * signals.Terms),
        ("tags", Tags(signals)),
        ("freshness", stale ? -StalePenalty : 0),
        ("doubt", Doubt(About(signals))),
        ("prior", Bias),
    ];

    private double About(Signals signals) => Bias + (Weights[1] * signals.Meaning) + (Weights[2] * signals.Topic) + (Weights[3] * signals.Terms);

    private double Form(Signals signals) => Weights[0] * Math.Max(0, signals.Form + signals.Meaning - Hinge);

    private double Tags(Signals signals) => (Weights[4] * signals.Areas) + (Weights[5] * signals.Goals);

    /// <summary>logit(ceiling · sigmoid(x)) - x, which is ln(ceiling) - ln(1 + (1 - ceiling) · exp(x)).</summary>
    private double Doubt(double about) => Math.Log(Ceiling) - Math.Log(1 + ((1 - Ceiling) * Math.Exp(about)));
}

/// <summary>Turns signals into one score: a logistic regression that ML.NET learned, calibrated for each pair of languages.</summary>
/// <param name="Pairs">Languages x languages, in the order of LanguageDetector.Languages; the same both ways.</param>
/// <param name="Threshold">The score below which the service abstains.</param>
public sealed record Fusion(PairWeights[] Pairs, float Threshold)
{
    private static readonly int Languages = Matching.Languages.LanguageDetector.Languages.Count;

    /// <summary>The weights of two languages, by their positions.</summary>
    public PairWeights Of(int left, int right) => Pairs[(left * Languages) + right];
}
