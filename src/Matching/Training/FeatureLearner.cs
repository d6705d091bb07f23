using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Microsoft.ML.Transforms.Text;

namespace CooperaNet.Matching.Training;

/// <summary>Learns a vocabulary and its inverse document frequencies with an ML.NET pipeline.</summary>
public static class FeatureLearner
{
    /// <summary>Learns from documents given as their features.</summary>
    /// <param name="ml">The ML.NET context; its seed fixes the result.</param>
    /// <param name="documents">The features of each document, with repeats.</param>
    /// <param name="kept">The features that are learned; others are left out.</param>
    /// <returns>The features in ordinal order with ln(documents / documents with it), and the pipeline that told them: column Features in, unit-length column Vector out.</returns>
    public static (IReadOnlyList<(string Feature, float Idf)> Features, ITransformer Pipeline) Learn(MLContext ml, IReadOnlyList<string[]> documents, IReadOnlySet<string> kept)
    {
        var rows = ml.Data.LoadFromEnumerable(documents.Select(document => new FeatureRow { Features = [.. document.Where(kept.Contains)] }));
        var tfIdf = ml.Transforms.Conversion.MapValueToKey("Keys", "Features", maximumNumberOfKeys: kept.Count + 1, keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.Transforms.Text.ProduceNgrams("Counts", "Keys", ngramLength: 1, useAllLengths: false, maximumNgramsCount: kept.Count + 1, weighting: NgramExtractingEstimator.WeightingCriteria.TfIdf))
            .Fit(rows);
        // A document of one feature tells, as its only weight, the feature's inverse document frequency.
        var features = kept.Order(StringComparer.Ordinal).ToArray();
        var single = tfIdf.Transform(ml.Data.LoadFromEnumerable(features.Select(feature => new FeatureRow { Features = [feature] })));
        var idf = single.GetColumn<VBuffer<float>>("Counts").Select((counts, i) => (features[i], counts.Items().Sum(item => item.Value))).ToList();
        return (idf, tfIdf.Append(ml.Transforms.NormalizeLpNorm("Vector", "Counts").Fit(single)));
    }

    /// <summary>A row of the pipeline.</summary>
    public sealed class FeatureRow
    {
        /// <summary>The document's features, with repeats.</summary>
        public string[] Features { get; set; } = [];
    }
}
