using CooperaNet.Matching.Languages;

namespace CooperaNet.Matching.Ranking;

/// <summary>A line from one encoder's cosines to those of another.</summary>
/// <param name="Slope">How many times farther apart the cosines become.</param>
/// <param name="Offset">What a cosine of 0 becomes.</param>
public readonly record struct MeaningLine(float Slope, float Offset)
{
    /// <summary>The line that gives cosines the mean and the deviation of others; both deviations are above 0.</summary>
    public static MeaningLine Between((double Mean, double Deviation) from, (double Mean, double Deviation) to)
    {
        var slope = to.Deviation / from.Deviation;
        return new((float)slope, (float)(to.Mean - (from.Mean * slope)));
    }
}

/// <summary>
/// Maps cosines of meanings to those that scores are calibrated for, by a line for each pair of languages. Another encoder's
/// cosines have another mean and another deviation; its order of texts is kept, its cosines are brought to the usual ones.
/// </summary>
public sealed class MeaningScale
{
    private static readonly int Languages = LanguageDetector.Languages.Count;
    private readonly MeaningLine[]? lines;

    private MeaningScale(MeaningLine[]? lines) => this.lines = lines;

    /// <summary>A scale of given lines.</summary>
    /// <param name="lines">Languages x languages, in the order of LanguageDetector.Languages.</param>
    public static MeaningScale Of(MeaningLine[] lines)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(lines.Length, Languages * Languages);
        return new(lines);
    }

    /// <summary>Leaves cosines as they are: for the meaning that scores were calibrated with.</summary>
    public static MeaningScale Identity { get; } = new(null);

    /// <summary>The line of two languages, by their positions.</summary>
    internal MeaningLine LineOf(int left, int right) => lines is null ? new(1, 0) : lines[(left * Languages) + right];

    /// <summary>A cosine of texts in two languages, by their positions, on the scale of the calibration; -1 to 1.</summary>
    public float Of(int left, int right, float cosine)
    {
        if (lines is null)
        {
            return cosine;
        }

        var line = lines[(left * Languages) + right];
        return Math.Clamp(line.Offset + (line.Slope * cosine), -1, 1);
    }
}
