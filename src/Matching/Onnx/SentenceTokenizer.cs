using CooperaNet.Matching.Analysis;
using Microsoft.ML.Tokenizers;

namespace CooperaNet.Matching.Onnx;

/// <summary>Text to the token ids of a sentence model, with the tokens that stand at its start and end. Safe for concurrent use.</summary>
internal sealed class SentenceTokenizer
{
    private readonly Func<string, int, IReadOnlyList<int>> encode;
    private readonly int start;
    private readonly int end;

    private SentenceTokenizer(Func<string, int, IReadOnlyList<int>> encode, int start, int end, int count) => (this.encode, this.start, this.end, Count) = (encode, start, end, count);

    /// <summary>Ids are below this.</summary>
    public int Count { get; }

    /// <exception cref="InvalidDataException">The file is missing or no tokenizer.</exception>
    public static SentenceTokenizer Load(string? path)
    {
        if (!File.Exists(path))
        {
            throw OnnxOptions.Refuse(nameof(OnnxOptions.Tokenizer), path, "the file does not exist.");
        }

        try
        {
            return Path.GetExtension(path).ToUpperInvariant() switch
            {
                ".TXT" => WordPiece(path),
                ".MODEL" => SentencePiece(path),
                _ => throw OnnxOptions.Refuse(nameof(OnnxOptions.Tokenizer), path, "a WordPiece vocabulary ends in .txt, a SentencePiece model in .model."),
            };
        }
        catch (Exception error) when (error is not (InvalidDataException or OutOfMemoryException))
        {
            throw OnnxOptions.Refuse(nameof(OnnxOptions.Tokenizer), path, $"cannot be read as a tokenizer: {error.Message}", error); // the library throws what its parsers throw
        }
    }

    /// <summary>The ids of a text, at most <paramref name="maxTokens"/>.</summary>
    public long[] Encode(string text, int maxTokens)
    {
        var ids = encode(text, maxTokens - 2);
        var tokens = new long[Math.Min(ids.Count, maxTokens - 2) + 2];
        for (var i = 1; i < tokens.Length - 1; i++)
        {
            tokens[i] = ids[i - 1];
        }

        (tokens[0], tokens[^1]) = (start, end);
        return tokens;
    }

    /// <summary>BERT's: a vocabulary without capitals was made of text in small letters without accents.</summary>
    private static SentenceTokenizer WordPiece(string path)
    {
        var words = File.ReadAllLines(path);
        var cased = words.Any(word => !word.StartsWith('[') && word.Any(char.IsAsciiLetterUpper)); // BERT's own small one has ℝ
        var options = new BertOptions { LowerCaseBeforeTokenization = !cased, RemoveNonSpacingMarks = false };
        foreach (var special in new[] { options.UnknownToken, options.ClassificationToken, options.SeparatorToken })
        {
            if (!words.Contains(special))
            {
                throw OnnxOptions.Refuse(nameof(OnnxOptions.Tokenizer), path, $"is no WordPiece vocabulary: it has no line {special}.");
            }
        }

        using var stream = File.OpenRead(path);
        var tokenizer = BertTokenizer.Create(stream, options);
        return new((text, count) => tokenizer.EncodeToIds(cased ? text : Accents.Fold(text), count, addSpecialTokens: false, out _, out _), tokenizer.ClassificationTokenId, tokenizer.SeparatorTokenId, words.Length);
    }

    /// <summary>
    /// XLM-RoBERTa's: ids 0 to 3 are start, padding, end and unknown, where SentencePiece has unknown, start and end, so that all others move up by one.
    /// Source: fairseq's dictionary, Ott et al., fairseq: A Fast, Extensible Toolkit for Sequence Modeling (2019).
    /// </summary>
    private static SentenceTokenizer SentencePiece(string path)
    {
        const int Start = 0, End = 2, Unknown = 3;
        using var stream = File.OpenRead(path);
        var tokenizer = SentencePieceTokenizer.Create(stream, addBeginningOfSentence: false, addEndOfSentence: false);
        var unknown = tokenizer.UnknownId;
        return new(
            (text, count) => [.. tokenizer.EncodeToIds(text, false, false, count, out _, out _).Select(id => id == unknown ? Unknown : id + 1)],
            Start, End, tokenizer.Vocabulary.Count + 1);
    }
}
