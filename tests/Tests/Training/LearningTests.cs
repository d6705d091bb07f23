using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace CooperaNet.Matching.Tests.Training;

public class LearningTests
{
    private static readonly string[][] Documents = [["es agua", "es rural"], ["es agua", "es pesca"], ["es costa", "es pesca", "es rural"], ["es bosque", "es costa"], ["es bosque", "es pesca"]];

    /// <summary>Serving looks weights up; it must say what the ML.NET pipeline that learned them says.</summary>
    [Fact]
    public void The_look_up_equals_the_pipeline_that_learned_it()
    {
        var ml = new MLContext(seed: 1);
        var (features, pipeline) = FeatureLearner.Learn(ml, Documents, Documents.SelectMany(document => document).ToHashSet());
        var vocabulary = new Vocabulary([[], [.. features.Select(feature => feature.Feature[3..])], [], []], [.. features.Select(feature => feature.Idf)]);

        var learned = pipeline.Transform(ml.Data.LoadFromEnumerable(Documents.Select(document => new FeatureLearner.FeatureRow { Features = document }))).GetColumn<VBuffer<float>>("Vector").Select(vector => vector.DenseValues().ToArray()).ToList();

        for (var i = 0; i < Documents.Length; i++)
        {
            var idf = Documents[i].Select(feature => vocabulary.Find(1, feature.AsSpan(3)).Idf).ToArray();
            var norm = MathF.Sqrt(idf.Sum(weight => weight * weight));
            Assert.Equal(learned[i].Where(weight => weight > 0).Order().Select(weight => Math.Round(weight, 5)), idf.Select(weight => weight / norm).Order().Select(weight => Math.Round(weight, 5)));
        }
    }

    [Theory]
    [InlineData("es", "Gestión integral de los residuos sólidos", "gestion integral residu sol")]
    [InlineData("en", "The authority's early warning systems don't reach them", "author earli warn system reach")]
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

    /// <summary>The words of the textbook: house and flower stand together once each way round, and apart once.</summary>
    [Fact]
    public void Words_that_stand_together_most_exclusively_translate_each_other()
    {
        const int House = 0, Flower = 1, The = 2, Casa = 10, Flor = 11, La = 12;
        ParallelTerms Row(int[] english, int[] spanish) => new([english, spanish, [], []], 1);
        ParallelTerms[] rows = [.. Enumerable.Repeat(Row([The, House], [La, Casa]), 3), .. Enumerable.Repeat(Row([The, Flower], [La, Flor]), 3), .. Enumerable.Repeat(Row([House], [Casa]), 2)];

        var links = TranslationLearner.Learn(rows, 0, 1, 0.02, 5).ToLookup(link => link.From);

        Assert.Equal(Casa, links[House].MaxBy(link => link.Strength).To);
        Assert.Equal(Flor, links[Flower].MaxBy(link => link.Strength).To);
        Assert.Equal(La, links[The].MaxBy(link => link.Strength).To);
        Assert.Equal(links[House].Single(link => link.To == Casa).Strength, links[Casa].Single(link => link.To == House).Strength);
    }

    [Fact]
    public void Vectors_of_words_that_say_the_same_lie_together_and_are_the_same_at_every_run()
    {
        // Two subjects in two languages: terms 0 and 1 go with 2 and 3, terms 4 and 5 with 6 and 7.
        var rows = Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? (new[] { i % 4 == 0 ? 0 : 1, i % 4 == 0 ? 2 : 3, 8 }, new[] { 0.6f, 0.6f, 0.5f }) : ([i % 4 == 1 ? 4 : 5, i % 4 == 1 ? 6 : 7, 8], [0.6f, 0.6f, 0.5f])).ToList();

        var vectors = VectorLearner.Learn(new MLContext(seed: 1), rows, terms: 9, dimensions: 3);
        float Cosine(int left, int right) => vectors.AsSpan(left * 3, 3).ToArray().Zip(vectors.AsSpan(right * 3, 3).ToArray(), (l, r) => l * r).Sum();

        Assert.True(Cosine(0, 2) > 0.9);
        Assert.True(Cosine(0, 2) > Cosine(0, 6) + 0.5);
        Assert.Equal(vectors, VectorLearner.Learn(new MLContext(seed: 1), rows, terms: 9, dimensions: 3));
    }

    /// <summary>Signals of one pair of languages are lower than those of another for the same pairs of texts: the scores must not be.</summary>
    [Fact]
    public void The_same_texts_get_the_same_scores_in_languages_whose_signals_are_lower()
    {
        var random = new Random(1);
        var texts = Enumerable.Range(0, 30).SelectMany(a => Enumerable.Range(0, 30).Where(b => a != b).Select(b => (a, b, Relevant: a / 6 == b / 6, Meaning: random.NextDouble() + (a / 6 == b / 6 ? 0.6 : 0), Topic: random.NextDouble()))).ToList();
        var pairs = texts.SelectMany(text => new[]
        {
            new ComparedPair(0, 0, new(0, text.Meaning, text.Topic, text.Meaning / 2, 0, 0), text.a, text.Relevant, false),
            new ComparedPair(0, 1, new(0, (text.Meaning * 0.5) - 0.2, text.Topic, text.Meaning / 4, 0, 0), text.a, text.Relevant, false),
        }).Concat(Enumerable.Range(0, 4).SelectMany(left => Enumerable.Range(left, 4 - left).Where(right => (left, right) is not ((0, 0) or (0, 1))).SelectMany(right => texts.Take(200).Select(text => new ComparedPair(left, right, new(0, text.Meaning, text.Topic, text.Meaning / 2, 0, 0), text.a, text.Relevant, false)))))
            .Append(new(0, 1, new(0.9, 0.9, 0.9, 0.9, 0, 0), 0, true, true)).ToList();

        var fusion = FusionLearner.Learn(new MLContext(seed: 1), pairs, [.. pairs.Where(pair => pair.Left != pair.Right)], 0.1, 0.7);

        Assert.All(fusion.Pairs.SelectMany(pair => pair.Weights), weight => Assert.True(weight >= 0));
        var gaps = texts.Zip(Enumerable.Range(0, texts.Count), (_, i) => Math.Abs(fusion.Of(0, 0).Score(pairs[2 * i].Signals) - fusion.Of(0, 1).Score(pairs[(2 * i) + 1].Signals)));
        Assert.InRange(gaps.Max(), 0, 0.02);
    }
}
