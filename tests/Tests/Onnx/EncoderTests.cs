using System.Numerics.Tensors;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Onnx;

namespace CooperaNet.Matching.Tests.Onnx;

public sealed class EncoderTests
{
    [Fact]
    public void The_mean_of_all_tokens_is_worked_by_hand()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2) });
        tiny.Options.Normalize = false;
        using var encoder = tiny.Load();

        var vector = encoder.Encode("Water schools"); // [CLS] water school ##s [SEP] are 2 5 6 7 3

        Assert.Equal(2, encoder.Dimensions);
        Assert.Equal(23 / 5f, vector[0], 1e-5);
        Assert.Equal(2.3f / 5, vector[1], 1e-5);
    }

    [Fact]
    public void Cls_takes_the_first_token_only()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2) });
        (tiny.Options.Normalize, tiny.Options.Pooling) = (false, Pooling.Cls);
        using var encoder = tiny.Load();

        Assert.Equal([2f, 0.2f], encoder.Encode("water"));
    }

    [Fact]
    public void A_model_that_gives_one_vector_is_taken_at_its_word()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2), IsPooled = true });
        (tiny.Options.Normalize, tiny.Options.Pooling) = (false, Pooling.Cls);
        using var encoder = tiny.Load();

        Assert.Equal(10 / 3f, encoder.Encode("water")[0], 1e-5); // 2 5 3
    }

    [Fact]
    public void Vectors_have_unit_length_by_default()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(3) });
        using var encoder = tiny.Load();

        Assert.Equal(1, TensorPrimitives.Norm<float>(encoder.Encode("water")), 1e-5);
    }

    [Fact]
    public void Texts_are_cut_after_the_most_tokens_that_are_read()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2) });
        (tiny.Options.Normalize, tiny.Options.MaxTokens) = (false, 8);
        using var encoder = tiny.Load();

        Assert.Equal(((6 * 5) + 2 + 3) / 8f, encoder.Encode(string.Join(' ', Enumerable.Repeat("water", 100)))[0], 1e-5);
    }

    [Theory]
    [InlineData("Água", "water", "agua")]
    [InlineData("Água", "Water", "[UNK]")] // a vocabulary with capitals keeps case and accents
    public void Case_and_accents_are_folded_as_the_vocabulary_was_made(string text, string known, string read)
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2) }, [.. TinyModel.Words.Select(word => word == "water" ? known : word)]);
        tiny.Options.Normalize = false;
        using var encoder = tiny.Load();

        Assert.Equal((2 + Array.IndexOf(TinyModel.Words, read) + 3) / 3f, encoder.Encode(text)[0], 1e-5);
    }

    /// <summary>XLM-RoBERTa puts start, padding, end and unknown at 0 to 3 and moves SentencePiece's other ids up by one.</summary>
    [Fact]
    public void SentencePiece_ids_are_numbered_as_XLM_RoBERTa_does()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2) });
        (tiny.Options.Normalize, tiny.Options.Tokenizer) = (false, TinyModel.SaveSentencePiece(tiny.Folder, ["▁water", "▁school", "s", "▁agua"]));
        using var encoder = tiny.Load();

        Assert.Equal((0 + 4 + 5 + 6 + 2) / 5f, encoder.Encode("water schools")[0], 1e-5);
        Assert.Equal((0 + 7 + 2) / 3f, encoder.Encode("agua")[0], 1e-5);
        Assert.Equal((0 + 4 + 3 + 2) / 4f, encoder.Encode("water9")[0], 1e-5); // 9 is unknown
    }

    [Fact]
    public void Fewer_numbers_than_a_meaning_has_are_followed_by_zeroes()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(3) });
        using var encoder = tiny.Load();
        var meaning = new float[SemanticCode.MeaningLength];

        encoder.Encode("water", "", meaning);

        Assert.Equal(encoder.Encode("water"), meaning[..3]);
        Assert.All(meaning[3..], value => Assert.Equal(0, value));
        encoder.Encode("", " ", meaning);
        Assert.All(meaning, value => Assert.Equal(0, value));
    }

    /// <summary>The deviation of a projected cosine c is about (1 - c²) / √224, at most 0.067; four of them are allowed.</summary>
    [Fact]
    public void More_numbers_than_a_meaning_has_are_projected_and_nearly_keep_cosines()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Random(TinyModel.Words.Length, 768) });
        using var encoder = tiny.Load();
        string[] texts = ["water", "school", "bank", "agua water", "water water bank", "schools"];
        var meanings = texts.Select(text =>
        {
            var meaning = new float[SemanticCode.MeaningLength];
            encoder.Encode(text, "", meaning);
            return meaning;
        }).ToArray();

        Assert.All(meanings, meaning => Assert.Equal(1, TensorPrimitives.Norm<float>(meaning), 1e-5));
        for (var i = 0; i < texts.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var cosine = TensorPrimitives.Dot<float>(encoder.Encode(texts[i]), encoder.Encode(texts[j]));
                var allowed = 4 * (1 - (cosine * cosine)) / MathF.Sqrt(SemanticCode.MeaningLength);
                Assert.InRange(TensorPrimitives.Dot<float>(meanings[i], meanings[j]) - cosine, -allowed, allowed);
            }
        }
    }

    [Fact]
    public void The_projection_never_changes()
    {
        var projected = new float[SemanticCode.MeaningLength];
        new RandomProjection(300, projected.Length).Project([1, .. new float[299]], projected);

        Assert.Equal(GoldenColumn, projected[..3].Select(value => MathF.Round(value, 5))); // stored encodings were made with it
    }

    [Fact]
    public async Task Many_threads_get_the_answers_of_one()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Random(TinyModel.Words.Length, 16) });
        using var encoder = tiny.Load();
        var alone = TinyModel.Words.Select(encoder.Encode).ToArray();

        var together = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => encoder.Encode(TinyModel.Words[i % alone.Length]), TestContext.Current.CancellationToken)));

        Assert.All(together.Index(), answer => Assert.Equal(alone[answer.Index % alone.Length], answer.Item));
    }

    [Fact]
    public async Task An_encoder_that_is_disposed_under_load_ends_its_runs_first()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Random(TinyModel.Words.Length, 16) });
        var encoder = tiny.Load();
        var runs = Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < 2_000; i++)
                {
                    encoder.Encode("water schools");
                }
            },
            TestContext.Current.CancellationToken)).ToArray();

        encoder.Dispose();
        encoder.Dispose();

        foreach (var task in runs)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task);
        }
    }

    private static readonly float[] GoldenColumn = [-0.00935f, -0.10768f, -0.17283f];
}
