using System.ComponentModel.DataAnnotations;
using CooperaNet.Matching.Onnx;

namespace CooperaNet.Matching.Tests.Onnx;

public sealed class RefusalTests
{
    private const string Model = "Matching__Encoder__Onnx__Model";
    private const string Tokenizer = "Matching__Encoder__Onnx__Tokenizer";

    [Fact]
    public void A_missing_model_is_named()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2) });
        tiny.Options.Model = "/nowhere/model.onnx";

        Assert.Equal($"{Model} '/nowhere/model.onnx': the file does not exist.", tiny.Refusal());
    }

    [Fact]
    public void A_file_that_is_no_network_is_named()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2) });
        File.WriteAllText(tiny.Options.Model!, "no network");

        Assert.Contains($"{Model} '{tiny.Options.Model}': cannot be loaded as an ONNX model", tiny.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_input_is_named()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2), Input = "pixel_values" });

        Assert.Contains("is no sentence model: it wants an input 'pixel_values'", tiny.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_of_another_type_are_named()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2), Has64BitIds = false });

        Assert.Contains("its input 'input_ids' is Int32 [?, ?]; expected are 64-bit integers [batch, tokens]", tiny.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_that_are_no_vectors_are_named()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2), GivesIds = true });

        Assert.Contains("has no output of 32-bit floats [batch, tokens, dims] or [batch, dims]: 'ids' is Int64 [?, ?]", tiny.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_without_numbers_are_named()
    {
        using var tiny = new TinyModel(new() { Embeddings = [.. TinyModel.Words.Select(_ => Array.Empty<float>())] });

        Assert.Contains("0 dimensions", tiny.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_that_are_not_numbers_are_named()
    {
        using var tiny = new TinyModel(new() { Embeddings = [.. TinyModel.Words.Select(_ => new[] { float.NaN })] });

        Assert.Contains("gives vectors that are not numbers", tiny.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_of_another_model_is_named()
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2) }, [.. TinyModel.Words, "more"]);

        Assert.Contains($"with ids up to 11 ({Tokenizer})", tiny.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.txt", null, "the file does not exist")]
    [InlineData("vocab.json", "{}", "a WordPiece vocabulary ends in .txt, a SentencePiece model in .model")]
    [InlineData("words.txt", "just\nwords", "is no WordPiece vocabulary: it has no line [UNK]")]
    [InlineData("bad.model", "not SentencePiece", "cannot be read as a tokenizer")]
    public void A_tokenizer_that_cannot_be_read_is_named(string file, string? text, string said)
    {
        using var tiny = new TinyModel(new() { Embeddings = TinyModel.Counted(2) });
        tiny.Options.Tokenizer = Path.Combine(tiny.Folder, file);
        if (text is not null)
        {
            File.WriteAllText(tiny.Options.Tokenizer, text);
        }

        Assert.Contains($"{Tokenizer} '{tiny.Options.Tokenizer}': {said}", tiny.Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.onnx", null, 256, "Matching__Encoder__Onnx__Tokenizer is not set")]
    [InlineData(null, "vocab.txt", 256, "Matching__Encoder__Onnx__Tokenizer is set without Matching__Encoder__Onnx__Model")]
    [InlineData("model.onnx", "vocab.txt", 4, "MaxTokens")]
    public void Settings_that_do_not_go_together_are_refused(string? model, string? tokenizer, int maxTokens, string said)
    {
        var options = new OnnxOptions { Model = model, Tokenizer = tokenizer, MaxTokens = maxTokens };

        var error = Assert.Throws<ValidationException>(() => Validator.ValidateObject(options, new(options), validateAllProperties: true));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }
}
