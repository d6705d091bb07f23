using System.Numerics.Tensors;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;

namespace CooperaNet.Matching.Models;

/// <summary>Fits the centres of a model to texts: by language the mean of their meanings, held to the model's own while there are few. Not safe for concurrent use.</summary>
public sealed class CentreFit
{
    /// <summary>So many texts count as much as what the model brings.</summary>
    public const int PriorTexts = 100;

    private readonly MatchingModel uncentred;
    private readonly float[][] sums;
    private readonly int[] counts = new int[LanguageDetector.Languages.Count];

    /// <param name="model">The model as its file says it.</param>
    public CentreFit(MatchingModel model)
    {
        var origin = model.Parts.Centres.Select(centre => new float[centre.Length]).ToArray();
        uncentred = model.WithCentres(origin);
        sums = [.. model.Parts.Centres.Select(centre => centre.Select(value => value * PriorTexts).ToArray())];
    }

    /// <summary>Adds one text.</summary>
    public void Add(string title, string summary, string languageCode)
    {
        Span<float> meaning = stackalloc float[SemanticCode.MeaningLength];
        var (language, _, _) = uncentred.Read(title, summary, languageCode, meaning);
        TensorPrimitives.Add(sums[language], meaning, sums[language]);
        counts[language]++;
    }

    /// <summary>The centres by language.</summary>
    public float[][] Centres() => [.. sums.Select((sum, language) => sum.Select(value => value / (PriorTexts + counts[language])).ToArray())];

    /// <summary>How far two sets of centres are apart: the largest distance of one language's. Unit vectors have length 1.</summary>
    public static double Distance(float[][] left, float[][] right) => left.Zip(right, (l, r) => (double)TensorPrimitives.Distance<float>(l, r)).Max();
}
