using System.Numerics.Tensors;
using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Meaning;
using CooperaNet.Matching.Onnx;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Tagging;
using CooperaNet.Matching.Thesauri;
using CooperaNet.Matching.Translations;

namespace CooperaNet.Matching.Models;

/// <summary>What one version of the model is made of.</summary>
public sealed record ModelParts
{
    /// <summary>Tells languages apart.</summary>
    public required LanguageDetector Languages { get; init; }

    /// <summary>Stems and their weights.</summary>
    public required Vocabulary Vocabulary { get; init; }

    /// <summary>What words mean.</summary>
    public required WordVectors Vectors { get; init; }

    /// <summary>What phrases mean.</summary>
    public required PhraseVectors Phrases { get; init; }

    /// <summary>Which words translate each other.</summary>
    public required TranslationTable Translations { get; init; }

    /// <summary>Concepts of development cooperation.</summary>
    public required Thesaurus Thesaurus { get; init; }

    /// <summary>By language, the mean of the meanings of its texts, which is taken away from each: what all texts of a language share says nothing.</summary>
    public required float[][] Centres { get; init; }

    /// <summary>What the tagger learned.</summary>
    public required TaggerWeights Tagger { get; init; }

    /// <summary>Rarity of tags.</summary>
    public required TagRarity Rarity { get; init; }

    /// <summary>Signals to score.</summary>
    public required Fusion Fusion { get; init; }

    /// <summary>A sentence model whose meaning replaces the one of words, or null; not in the model's file.</summary>
    public OnnxSentenceEncoder? Sentences { get; init; }

    /// <summary>Maps cosines of meanings to those that <see cref="Fusion"/> is calibrated for; not in the model's file.</summary>
    public MeaningScale Scale { get; init; } = MeaningScale.Identity;
}

/// <summary>One version of everything that was learned. All statistics are fixed in it, so that answers are deterministic. Safe for concurrent use.</summary>
public sealed class MatchingModel(ModelParts parts, string version) : IDisposable
{
    [ThreadStatic]
    private static Scratch? scratch;

    /// <summary>Names the model: its kind and the first digits of its SHA-256; "-onnx-" and further digits when a sentence model is set.</summary>
    public string Version { get; } = version;

    /// <summary>What it is made of.</summary>
    public ModelParts Parts => parts;

    /// <inheritdoc cref="ModelParts.Languages"/>
    public LanguageDetector Languages => parts.Languages;

    /// <inheritdoc cref="ModelParts.Vocabulary"/>
    public Vocabulary Vocabulary => parts.Vocabulary;

    /// <inheritdoc cref="ModelParts.Translations"/>
    public TranslationTable Translations => parts.Translations;

    /// <inheritdoc cref="ModelParts.Thesaurus"/>
    public Thesaurus Thesaurus => parts.Thesaurus;

    /// <inheritdoc cref="ModelParts.Rarity"/>
    public TagRarity Rarity => parts.Rarity;

    /// <inheritdoc cref="ModelParts.Fusion"/>
    public Fusion Fusion => parts.Fusion;

    /// <inheritdoc cref="ModelParts.Scale"/>
    public MeaningScale Scale => parts.Scale;

    /// <summary>Goals and areas of a text.</summary>
    public Tagger Tagger { get; } = new(parts.Tagger, parts.Thesaurus, SemanticCode.MeaningLength);

    /// <summary>Text to words.</summary>
    public TextAnalyzer Analyzer { get; } = new();

    /// <summary>Encodes an item's text; the title counts twice.</summary>
    /// <remarks>Besides its answer it allocates nothing once the words of the texts were seen before, unless a sentence model is set: that one costs milliseconds and more.</remarks>
    public Encoding Encode(string title, string summary, string languageCode)
    {
        Span<float> meaning = stackalloc float[SemanticCode.MeaningLength];
        var (language, terms, concepts) = Read(title, summary, languageCode, meaning);
        Span<float> topic = stackalloc float[SemanticCode.TopicLength];
        Tagger.Topic(meaning, concepts, topic);
        parts.Sentences?.Encode(title, summary, meaning);
        return new(language, terms, Translations.Lengths(terms, language), concepts, SemanticCode.Of(meaning, topic));
    }

    /// <summary>Reads a text: its terms, its concepts, and the meaning of its words, which tags and topic are told from whatever encodes the meaning that is compared.</summary>
    /// <param name="title">One line; counts twice.</param>
    /// <param name="summary">Free text; may be empty.</param>
    /// <param name="languageCode">BCP-47; a language other than en, es, pt, fr is read as English.</param>
    /// <param name="meaning">Filled: <see cref="SemanticCode.MeaningLength"/> numbers of unit length, all 0 for a text without known words.</param>
    public (int Language, SparseVector Terms, SparseVector Concepts) Read(string title, string summary, string languageCode, Span<float> meaning)
    {
        var language = LanguageDetector.PositionOf(languageCode);
        var work = scratch ??= new();
        work.Clear();
        Analyzer.Analyze(title, languageCode, work.Tokens);
        var titleWords = work.Tokens.Count;
        Analyzer.Analyze(summary, languageCode, work.Tokens);
        var (terms, concepts) = Read(work.Tokens, titleWords, language, work.Ids, work.Mentions, meaning);
        return (language, terms, concepts);
    }

    /// <summary>The same for a text that was analysed before; fills the ids of its words.</summary>
    internal (SparseVector Terms, SparseVector Concepts) Read(List<Token> tokens, int titleWords, int language, List<int> wordIds, List<ConceptMention> mentions, Span<float> meaning)
    {
        using var sum = new FeatureSum(tokens.Count + titleWords);
        for (var i = 0; i < tokens.Count; i++)
        {
            var (id, idf) = Vocabulary.Find(language, tokens[i].Term);
            wordIds.Add(id);
            sum.Add(id, idf);
            if (i < titleWords)
            {
                sum.Add(id, idf);
            }
        }

        var terms = sum.Strongest(Encoding.MaxFeatures, out var length);
        var ids = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(wordIds);
        Thesaurus.Find(ids[..titleWords], mentions);
        mentions.AddRange(mentions); // the title counts twice
        Thesaurus.Find(ids[titleWords..], mentions);
        AddUp(terms, ids, tokens, meaning);
        AddUp(mentions, length, meaning);
        Centre(meaning, parts.Centres[language]);
        return (terms, Thesaurus.Weigh(mentions, Encoding.MaxFeatures));
    }

    /// <summary>The same model with other centres, as a version of its own.</summary>
    /// <param name="centres">By language; see <see cref="ModelParts.Centres"/>.</param>
    public MatchingModel WithCentres(float[][] centres)
    {
        var bytes = centres.SelectMany(centre => centre).SelectMany(BitConverter.GetBytes).ToArray();
        var digits = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes).AsSpan(0, 4));
        return new(parts with { Centres = centres }, $"{FileVersion(Version)}+{digits}");
    }

    /// <summary>The version of the file that a version with centres of its own was made from.</summary>
    public static string FileVersion(string version) => version.Split('+')[0];

    /// <inheritdoc/>
    public void Dispose() => Analyzer.Dispose();

    private void AddUp(SparseVector terms, ReadOnlySpan<int> ids, List<Token> tokens, Span<float> meaning)
    {
        meaning.Clear();
        for (var i = 0; i < terms.Ids.Length; i++)
        {
            var term = terms.Ids[i];
            var stem = term < Vocabulary.Count ? (parts.Vectors.Has[term] ? "" : Vocabulary.FindStem(term)!) : tokens[ids.IndexOf(term)].Term;
            parts.Vectors.AddTo(term, stem, terms.Weights[i], meaning);
        }
    }

    /// <summary>Phrases weigh as words do: the rarer the more, and each occurrence after the first less.</summary>
    private void AddUp(List<ConceptMention> mentions, float length, Span<float> meaning)
    {
        using var sum = new FeatureSum(mentions.Count + 1);
        foreach (var mention in mentions)
        {
            if (mention.Length > 1 && parts.Phrases.Idf[mention.Concept] > 0)
            {
                sum.Add(mention.Concept, parts.Phrases.Idf[mention.Concept]);
            }
        }

        var phrases = sum.Strongest(Encoding.MaxFeatures, out var phrasesLength);
        for (var i = 0; i < phrases.Ids.Length; i++)
        {
            parts.Phrases.AddTo(phrases.Ids[i], phrases.Weights[i] * phrasesLength / length, meaning);
        }
    }

    private static void Centre(Span<float> meaning, float[] centre)
    {
        var norm = TensorPrimitives.Norm<float>(meaning);
        if (norm == 0)
        {
            return;
        }

        TensorPrimitives.Divide(meaning, norm, meaning);
        TensorPrimitives.Subtract(meaning, centre, meaning);
        TensorPrimitives.Divide(meaning, Math.Max(TensorPrimitives.Norm<float>(meaning), 1e-6f), meaning);
    }

    /// <summary>Lists that a thread uses again and again.</summary>
    private sealed class Scratch
    {
        public List<Token> Tokens { get; } = [];

        public List<int> Ids { get; } = [];

        public List<ConceptMention> Mentions { get; } = [];

        public void Clear()
        {
            Tokens.Clear();
            Ids.Clear();
            Mentions.Clear();
        }
    }
}
