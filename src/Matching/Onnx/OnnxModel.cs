using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Onnx;

/// <summary>Puts a sentence model into a matching model, in place of its own meaning.</summary>
public static class OnnxModel
{
    /// <summary>The same model with the encoder's meaning, as a version of its own. Topic, tags, terms and concepts stay as they are.</summary>
    /// <param name="model">Whose scores were calibrated with its own meaning.</param>
    /// <param name="encoder">Its owner disposes it, after the model.</param>
    /// <param name="calibration">The file of <see cref="OnnxOptions.Calibration"/>.</param>
    /// <remarks>Encodes at most 40 projects in each language with both.</remarks>
    /// <exception cref="InvalidDataException">The file cannot be read, or the encoder tells no texts apart.</exception>
    public static MatchingModel Of(MatchingModel model, OnnxSentenceEncoder encoder, string calibration)
    {
        var projects = CalibrationProjects.Read(calibration);
        using var unscaled = new MatchingModel(model.Parts with { Sentences = encoder }, $"{model.Version}-onnx-{encoder.Digits}");
        var (own, other) = (Encode(model, projects), Encode(unscaled, projects));
        var languages = LanguageDetector.Languages.Count;
        var lines = new MeaningLine[languages * languages];
        for (var pair = 0; pair < lines.Length; pair++)
        {
            var (left, right) = (pair / languages, pair % languages);
            var from = Spread(other[left], other[right]);
            lines[pair] = from.Deviation > 0 ? MeaningLine.Between(from, Spread(own[left], own[right]))
                : throw OnnxOptions.Refuse(nameof(OnnxOptions.Model), calibration, "the model gives all texts the same meaning.");
        }

        return new(unscaled.Parts with { Scale = MeaningScale.Of(lines) }, unscaled.Version);
    }

    /// <summary>Codes, as the index compares them, by language and project.</summary>
    private static sbyte[][][] Encode(MatchingModel model, IReadOnlyList<IReadOnlyList<CalibrationProjects.ProjectText>> projects) =>
        [.. LanguageDetector.Languages.Select((code, language) => projects.Select(project => model.Encode(project[language].Title, project[language].Summary, code).Code).ToArray())];

    /// <summary>Mean and deviation of the cosines over all pairs of different projects.</summary>
    private static (double Mean, double Deviation) Spread(sbyte[][] left, sbyte[][] right)
    {
        var cosines = new List<double>();
        for (var i = 0; i < left.Length; i++)
        {
            for (var j = 0; j < right.Length; j++)
            {
                if (i != j)
                {
                    cosines.Add(SemanticCode.Cosines(left[i], right[j]).Meaning);
                }
            }
        }

        var mean = cosines.Average();
        return (mean, Math.Sqrt(cosines.Average(cosine => (cosine - mean) * (cosine - mean))));
    }
}
