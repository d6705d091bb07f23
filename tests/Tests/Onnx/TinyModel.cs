using CooperaNet.Matching.Onnx;
using static CooperaNet.Matching.Tests.Onnx.Proto;

namespace CooperaNet.Matching.Tests.Onnx;

/// <summary>A folder with a tiny sentence model and its vocabulary; removed in the end.</summary>
internal sealed class TinyModel : IDisposable
{
    /// <summary>Each word's place is its row in the embeddings.</summary>
    public static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "water", "school", "##s", "agua", "bank", "ℝ"];

    public TinyModel(TinyOnnx network, IReadOnlyList<string>? words = null)
    {
        var vocabulary = Path.Combine(Folder, "vocab.txt");
        File.WriteAllLines(vocabulary, words ?? Words);
        Options = new() { Model = network.Save(Folder), Tokenizer = vocabulary, MaxTokens = 16 };
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("cooperanet-onnx-").FullName;

    public OnnxOptions Options { get; }

    /// <summary>Rows of small numbers that tell row and column: row r is r, r / 10, r / 10 ...</summary>
    public static float[][] Counted(int dimensions) => [.. Words.Select((_, row) => Enumerable.Range(0, dimensions).Select(column => column == 0 ? row : row / 10f).ToArray())];

    /// <summary>Rows that have nothing to do with each other, the same at every run.</summary>
    public static float[][] Random(int rows, int dimensions)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, dimensions).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray())];
    }

    /// <summary>A unigram model of SentencePiece; field numbers are those of sentencepiece_model.proto.</summary>
    public static string SaveSentencePiece(string folder, string[] pieces)
    {
        const int Normal = 1, Unknown = 2, Control = 3, Unigram = 1;
        var all = new[] { ("<unk>", Unknown), ("<s>", Control), ("</s>", Control) }.Concat(pieces.Select(piece => (piece, Normal)));
        var path = Path.Combine(folder, "tiny.model");
        File.WriteAllBytes(path, Message([
            .. all.Select(piece => Field(1, Message(Text(1, piece.Item1), Real(2, piece.Item2 == Normal ? -1 : 0), Number(3, piece.Item2)))),
            Field(2, Message(Number(3, Unigram), Number(40, 0), Number(41, 1), Number(42, 2))), // trainer_spec with unk_id, bos_id, eos_id
            Field(3, Message(Text(1, "identity"), Number(3, 1), Number(4, 1), Number(5, 1))), // normalizer_spec: add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces
        ]));
        return path;
    }

    public OnnxSentenceEncoder Load() => OnnxSentenceEncoder.Load(Options);

    public string Refusal() => Assert.Throws<InvalidDataException>(() => Load().Dispose()).Message;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
