using CooperaNet.Matching.Encodings;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Text;

namespace CooperaNet.Matching.Training;

/// <summary>Learns a vocabulary and its inverse document frequencies with an ML.NET pipeline.</summary>
public static class FeatureLearner
{
    /// <summary>Learns from documents given as their features.</summary>
    /// <param name="ml">The ML.NET context; its seed fixes the result.</param>
    /// <param name="documents">The features of each document, with repeats.</param>
    /// <param name="minDocuments">Features of fewer documents are left out.</param>
    /// <param name="keepUnknown">See <see cref="FeatureWeights"/>.</param>
    /// <returns>The look-up for serving, and the pipeline that it must equal: column Features in, unit-length column Vector out.</returns>
    public static (FeatureWeights Weights, ITransformer Pipeline) Learn(MLContext ml, IReadOnlyList<string[]> documents, int minDocuments, bool keepUnknown)
    {
        var frequent = documents.SelectMany(document => document.Distinct()).GroupBy(feature => feature, StringComparer.Ordinal)
            .Where(group => group.Count() >= minDocuments && group.Count() < documents.Count).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        var rows = ml.Data.LoadFromEnumerable(documents.Select(document => new FeatureRow { Features = [.. document.Where(frequent.Contains)] }));
        var tfIdf = ml.Transforms.Conversion.MapValueToKey("Keys", "Features", maximumNumberOfKeys: frequent.Count + 1, keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(ml.Transforms.Text.ProduceNgrams("Counts", "Keys", ngramLength: 1, useAllLengths: false, maximumNgramsCount: frequent.Count + 1, weighting: NgramExtractingEstimator.WeightingCriteria.TfIdf))
            .Fit(rows);
        // A document of one feature tells the feature's slot and, as its only weight, its inverse document frequency.
        var features = frequent.Order(StringComparer.Ordinal).ToArray();
        var single = tfIdf.Transform(ml.Data.LoadFromEnumerable(features.Select(feature => new FeatureRow { Features = [feature] })));
        var slots = single.GetColumn<VBuffer<float>>("Counts").Select((counts, i) => (Feature: features[i], Weight: counts.Items().MaxBy(item => item.Value)))
            .OrderBy(slot => slot.Weight.Key).ToArray();
        var (vocabulary, idf) = (slots.Select(slot => slot.Feature).ToArray(), slots.Select(slot => slot.Weight.Value).ToArray());
        var normalise = ml.Transforms.NormalizeLpNorm("Vector", "Counts").Fit(single);
        return (new FeatureWeights(vocabulary, idf, keepUnknown), tfIdf.Append(normalise));
    }

    /// <summary>A row of the pipeline.</summary>
    public sealed class FeatureRow
    {
        /// <summary>The document's features, with repeats.</summary>
        public string[] Features { get; set; } = [];
    }
}
