using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace CooperaNet.Matching.Tests.Ranking;

public class LearningTests
{
    private static readonly string[][] Documents = [["agua", "rural", "agua"], ["agua", "pesca"], ["pesca", "costa", "rural"], ["bosque", "costa", "bosque", "bosque"], ["bosque", "pesca"]];

    /// <summary>Serving looks weights up; it must say what the ML.NET pipeline that learned them says.</summary>
    [Fact]
    public void The_look_up_equals_the_pipeline_that_learned_it()
    {
        var ml = new MLContext(seed: 1);
        var (weights, pipeline) = FeatureLearner.Learn(ml, Documents, minDocuments: 1, keepUnknown: false);

        var learned = pipeline.Transform(ml.Data.LoadFromEnumerable(Documents.Select(document => new FeatureLearner.FeatureRow { Features = document }))).GetColumn<VBuffer<float>>("Vector").Select(vector => vector.DenseValues().ToArray()).ToList();

        for (var i = 0; i < Documents.Length; i++)
        {
            var served = weights.Encode(Documents[i], count: 100);
            var dense = learned[i];
            Assert.Equal(dense.Select((value, id) => (value, id)).Where(pair => pair.value > 0).Select(pair => pair.id), served.Ids);
            Assert.All(served.Ids.Zip(served.Weights), pair => Assert.Equal(dense[pair.First], pair.Second, 1e-5f));
        }
    }

    [Theory]
    [InlineData("es", "Gestión integral de los residuos sólidos", "gestion integral residu sol")]
    [InlineData("en", "The authority's early warning systems", "author earli warn system")]
    [InlineData("fr", "L'assainissement des villes côtières", "assain vill coti")]
    [InlineData("pt", "Formação de professores indígenas", "formaca professor indigen")]
    public void Terms_are_stemmed_in_their_language_without_accents_and_stop_words(string language, string text, string terms)
    {
        using var analyzer = new TextAnalyzer();

        Assert.Equal(terms, string.Join(' ', analyzer.Analyze(text, language).Select(token => token.Term)));
    }

    [Fact]
    public void Sentences_end_where_a_reader_ends_them() =>
        Assert.Equal(["Hay 3.5 ha de riego.", "¿Quién ayuda?", "Nadie."], Sentences.Of("Hay 3.5 ha de riego. ¿Quién ayuda?\nNadie."));
}
