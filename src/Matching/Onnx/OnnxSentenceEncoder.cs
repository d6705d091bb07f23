using System.Globalization;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using CooperaNet.Matching.Encodings;
using Microsoft.ML.OnnxRuntime;

namespace CooperaNet.Matching.Onnx;

/// <summary>A sentence model in ONNX form: a text to a vector, and to the meaning that the index holds. Safe for concurrent use.</summary>
public sealed class OnnxSentenceEncoder : IDisposable
{
    private readonly OnnxNetwork network;
    private readonly SentenceTokenizer tokenizer;
    private readonly OnnxOptions options;
    private readonly RandomProjection? projection;

    private OnnxSentenceEncoder(OnnxNetwork network, SentenceTokenizer tokenizer, OnnxOptions options)
    {
        (this.network, this.tokenizer, this.options) = (network, tokenizer, options);
        Dimensions = Probe();
        projection = Dimensions > SemanticCode.MeaningLength ? new(Dimensions, SemanticCode.MeaningLength) : null;
        Digits = Hash(options);
    }

    /// <summary>Numbers of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>The first digits of a SHA-256 over the model's file, the tokenizer's, and the settings that change vectors.</summary>
    public string Digits { get; }

    /// <summary>Loads model and tokenizer, and tries them.</summary>
    /// <remarks>Costs reading the model's file twice, and a run over the longest text.</remarks>
    /// <exception cref="InvalidDataException">A file is missing or does not fit; the message names the setting and what is wrong.</exception>
    public static OnnxSentenceEncoder Load(OnnxOptions options)
    {
        var network = new OnnxNetwork(options);
        try
        {
            return new(network, SentenceTokenizer.Load(options.Tokenizer), options);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The vector of a text: <see cref="Dimensions"/> numbers, of unit length unless that is switched off.</summary>
    public float[] Encode(string text)
    {
        var vector = network.Run(tokenizer.Encode(text, options.MaxTokens));
        Normalize(vector);
        return vector;
    }

    /// <summary>The meaning of an item's text: its vector, brought to the numbers of a meaning by a random projection when it has more, by zeroes when it has fewer.</summary>
    /// <param name="title">One line.</param>
    /// <param name="summary">Free text; may be empty.</param>
    /// <param name="meaning">Filled: <see cref="SemanticCode.MeaningLength"/> numbers; all 0 for a text that is empty.</param>
    public void Encode(string title, string summary, Span<float> meaning)
    {
        meaning.Clear();
        var text = string.Join(". ", new[] { title, summary }.Where(part => !string.IsNullOrWhiteSpace(part)));
        if (text.Length == 0)
        {
            return;
        }

        var vector = Encode(text);
        if (projection is null)
        {
            vector.CopyTo(meaning);
            return;
        }

        projection.Project(vector, meaning);
        Normalize(meaning);
    }

    /// <inheritdoc/>
    public void Dispose() => network.Dispose();

    private static string Hash(OnnxOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in new[] { options.Model!, options.Tokenizer! })
        {
            using var stream = File.OpenRead(path);
            hash.AppendData(SHA256.HashData(stream));
        }

        hash.AppendData(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{options.Pooling} {options.Normalize} {options.MaxTokens}")));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 4));
    }

    /// <summary>Runs the longest text of the tokenizer's last token: too few embeddings, of tokens or of places, show at start and not in use.</summary>
    private int Probe()
    {
        var tokens = tokenizer.Encode("", options.MaxTokens);
        long[] longest = [tokens[0], .. Enumerable.Repeat(tokenizer.Count - 1L, options.MaxTokens - 2), tokens[^1]];
        try
        {
            var vector = network.Run(longest);
            return TensorPrimitives.IsFiniteAll<float>(vector) ? vector.Length : throw Refuse("gives vectors that are not numbers.");
        }
        catch (OnnxRuntimeException error)
        {
            throw Refuse($"does not take {options.MaxTokens} tokens ({OnnxOptions.Name(nameof(OnnxOptions.MaxTokens))}) with ids up to {tokenizer.Count - 1} ({OnnxOptions.Name(nameof(OnnxOptions.Tokenizer))}): {error.Message}", error);
        }
    }

    private void Normalize(Span<float> vector)
    {
        var norm = TensorPrimitives.Norm<float>(vector);
        if (options.Normalize && norm > 0)
        {
            TensorPrimitives.Divide(vector, norm, vector);
        }
    }

    private InvalidDataException Refuse(string why, Exception? cause = null) => OnnxOptions.Refuse(nameof(OnnxOptions.Model), options.Model, why, cause);
}
