using CooperaNet.Matching.Languages;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace CooperaNet.Matching.Training;

/// <summary>Learns the weights of <see cref="LanguageDetector"/> with ML.NET's maximum-entropy trainer.</summary>
public static class LanguageLearner
{
    /// <summary>Learns from texts of known language.</summary>
    /// <returns>Weights (languages x buckets, row by row) and biases, in the order of <see cref="LanguageDetector.Languages"/>.</returns>
    public static (float[] Weights, float[] Biases) Learn(MLContext ml, IEnumerable<(string LanguageCode, string Text)> texts)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, LanguageDetector.Buckets);
        var rows = ml.Data.LoadFromEnumerable(texts.Select(text => new Row { Language = text.LanguageCode, Features = Vector(text.Text) }).ToList(), schema);
        var model = ml.Transforms.Conversion.MapValueToKey("Label", "Language", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new() { L1Regularization = 0, L2Regularization = 0.01f, NumberOfThreads = 1, HistorySize = 10 }))
            .Fit(rows).LastTransformer.Model;
        var learned = default(VBuffer<float>[])!;
        model.GetWeights(ref learned, out _);
        var order = LanguageDetector.Languages.Select(language => LanguageDetector.Languages.Order(StringComparer.Ordinal).ToList().IndexOf(language)).ToArray();
        var biases = model.GetBiases().ToArray();
        return ([.. order.SelectMany(place => learned[place].DenseValues())], [.. order.Select(place => biases[place])]);
    }

    private static VBuffer<float> Vector(string text)
    {
        var counts = LanguageDetector.Features(text).OrderBy(pair => pair.Key).ToList();
        var norm = (float)Math.Sqrt(counts.Sum(pair => (double)pair.Value * pair.Value));
        return new(LanguageDetector.Buckets, counts.Count, [.. counts.Select(pair => pair.Value / norm)], [.. counts.Select(pair => pair.Key)]);
    }

    private sealed class Row
    {
        public string Language { get; set; } = "";

        public VBuffer<float> Features { get; set; }
    }
}
