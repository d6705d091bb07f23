using CooperaNet.Matching.Models;
using CooperaNet.Matching.Onnx;
using CooperaNet.Matching.Tests.Ranking;

namespace CooperaNet.Matching.Tests.Onnx;

/// <summary>The shipped model with a tiny sentence model in it, which knows some words of the calibration's texts.</summary>
public sealed class TinyMatchingModel : IDisposable
{
    internal static readonly string Calibration = Path.Combine(Repository.Root, "data", "calibration", "projects.jsonl");

    private static readonly string[] Words =
    [
        .. TinyModel.Words, "blorp", "zwick", // words that our own model does not know
        .. File.ReadAllText(Calibration).ToLowerInvariant().Split(' ').Where(word => word.All(char.IsAsciiLetter) && word.Length > 3 && !TinyModel.Words.Contains(word)).Distinct().Take(500),
    ];

    public TinyMatchingModel()
    {
        var rows = TinyModel.Random(Words.Length, 64);
        rows[Array.IndexOf(Words, "agua")] = rows[Array.IndexOf(Words, "blorp")];
        Files = new(new() { Embeddings = rows }, Words);
        Files.Options.MaxTokens = 128;
        Encoder = Files.Load();
        Model = OnnxModel.Of(ShippedModel.Instance, Encoder, Calibration);
    }

    internal TinyModel Files { get; }

    internal OnnxSentenceEncoder Encoder { get; }

    internal MatchingModel Model { get; }

    public void Dispose()
    {
        Model.Dispose();
        Encoder.Dispose();
        Files.Dispose();
    }
}
