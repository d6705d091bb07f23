using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Onnx;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Tests.Ranking;
using CooperaNet.Matching.Trainer;

namespace CooperaNet.Matching.Tests.Onnx;

public sealed class OnnxModelTests(TinyMatchingModel tiny) : IClassFixture<TinyMatchingModel>
{
    private static readonly string Calibration = TinyMatchingModel.Calibration;
    private static readonly MatchingModel Own = ShippedModel.Instance;
    private readonly OnnxSentenceEncoder encoder = tiny.Encoder;
    private readonly MatchingModel model = tiny.Model;

    [Fact]
    public void The_scale_gives_each_pair_of_languages_the_mean_and_deviation_of_our_own_cosines()
    {
        var projects = new OwnTexts(Path.Combine(Repository.Root, "data")).Projects;
        var read = Enumerable.Range(0, 40).Select(i => projects[i * projects.Count / 40]).ToList();
        Encoding[][] Codes(MatchingModel by) => [.. LanguageDetector.Languages.Select((code, i) => read.Select(project => by.Encode(project.Texts[i].Title, project.Texts[i].Summary, code)).ToArray())];
        var (own, mapped) = (Codes(Own), Codes(model));

        for (var pair = 0; pair < own.Length * own.Length; pair++)
        {
            var (left, right) = (pair / own.Length, pair % own.Length);
            var (expected, found) = (Spread(Own, own[left], own[right]), Spread(model, mapped[left], mapped[right]));
            Assert.Equal(expected.Mean, found.Mean, 0.002);
            Assert.Equal(expected.Deviation, found.Deviation, 0.005); // some are cut at 1
        }
    }

    [Fact]
    public void The_version_tells_the_model_its_tokenizer_and_its_settings()
    {
        Assert.Equal($"{Own.Version}-onnx-{encoder.Digits}", model.Version);
        Assert.Matches("^cross-[0-9a-f]{8}-onnx-[0-9a-f]{8}$", model.Version);
        Assert.Equal(model.Version, MatchingModel.FileVersion(model.WithCentres(Own.Parts.Centres).Version));
        using var again = OnnxSentenceEncoder.Load(Settings(Pooling.Mean));
        using var pooledOtherwise = OnnxSentenceEncoder.Load(Settings(Pooling.Cls));
        Assert.Equal(encoder.Digits, again.Digits);
        Assert.NotEqual(encoder.Digits, pooledOtherwise.Digits);
    }

    [Fact]
    public void Only_the_meaning_is_the_encoders()
    {
        var (own, other) = (Own.Encode("Water for schools", "Safe water in rural schools.", "en"), model.Encode("Water for schools", "Safe water in rural schools.", "en"));

        Assert.NotEqual(own.Code[..SemanticCode.MeaningLength], other.Code[..SemanticCode.MeaningLength]);
        Assert.Equal(own.Code[SemanticCode.MeaningLength..], other.Code[SemanticCode.MeaningLength..]);
        Assert.Equal(own.Terms.Ids, other.Terms.Ids);
        Assert.Equal(own.Concepts.Ids, other.Concepts.Ids);
        Assert.Equal(CodesOf(Own), CodesOf(model));
    }

    [Fact]
    public void The_index_ranks_by_the_encoders_meaning()
    {
        string First(MatchingModel by)
        {
            var index = new PartitionIndex();
            index.Apply([.. new[] { "zwick", "agua" }.Select(text => (new IndexedItem(text, "", "", 0, 0, 1, default, null), by.Encode(text, "", "es")))], []);
            return index.Snapshot.Search(new IndexQuery(by.Encode("blorp", "", "en"), 0, 0, IndexConstraints.None, "none", 1, 0, default, default), by)[0].Name;
        }

        Assert.Equal(("zwick", "agua"), (First(Own), First(model))); // to the encoder agua is the same as blorp
    }

    [Fact]
    public void Refitted_centres_keep_the_encoder_and_its_scale()
    {
        using var refitted = model.WithCentres([.. Own.Parts.Centres.Select(centre => centre.Select(value => value / 2).ToArray())]);

        Assert.Same(encoder, refitted.Parts.Sentences);
        Assert.Same(model.Scale, refitted.Scale);
        Assert.Equal(model.Encode("water", "", "en").Code[..SemanticCode.MeaningLength], refitted.Encode("water", "", "en").Code[..SemanticCode.MeaningLength]);
    }

    [Fact]
    public void An_encoder_that_tells_no_texts_apart_is_refused()
    {
        using var same = new TinyModel(new() { Embeddings = [.. TinyModel.Words.Select(_ => new[] { 0.1f, 0.2f })] });
        using var blind = same.Load();

        Assert.Contains("gives all texts the same meaning", Assert.Throws<InvalidDataException>(() => OnnxModel.Of(Own, blind, Calibration)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "holds fewer than two projects")]
    [InlineData("{}\n{}", "cannot be read")]
    [InlineData("no JSON\nno JSON", "cannot be read")]
    public void Calibration_texts_that_cannot_be_read_are_named(string text, string said)
    {
        var file = Path.Combine(tiny.Files.Folder, "projects.jsonl");
        File.WriteAllText(file, text);

        Assert.Contains($"Matching__Encoder__Onnx__Calibration '{file}': {said}", Assert.Throws<InvalidDataException>(() => OnnxModel.Of(Own, encoder, file)).Message, StringComparison.Ordinal);
    }

    private OnnxOptions Settings(Pooling pooling) => new() { Model = tiny.Files.Options.Model, Tokenizer = tiny.Files.Options.Tokenizer, MaxTokens = tiny.Files.Options.MaxTokens, Pooling = pooling };

    private static string CodesOf(MatchingModel model) => string.Join(' ', Matching.Tagging.CodeSuggester.Suggest(model, "", "Safe water in rural schools", "en").Goals.Select(goal => $"{goal.Code}:{goal.Probability}"));

    private static (double Mean, double Deviation) Spread(MatchingModel by, Encoding[] left, Encoding[] right)
    {
        var cosines = left.SelectMany((l, i) => right.Where((_, j) => i != j).Select(r => PairSignals.Of(by, l, r).Meaning)).ToList();
        return (cosines.Average(), Math.Sqrt(cosines.Average(cosine => Math.Pow(cosine - cosines.Average(), 2))));
    }
}
