using System.Runtime.InteropServices;
using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Tagging;
using CooperaNet.Matching.Thesauri;

namespace CooperaNet.Matching.Explanations;

/// <summary>A text analysed once, to be compared with many others. Safe for concurrent use.</summary>
public sealed class AnalyzedText
{
    private readonly List<(string Text, int FirstWord, int EndWord)> sentences = [];
    private readonly List<int> words = [];
    private readonly List<(string Sentence, int Start, int End)> places = [];
    private readonly Dictionary<int, ((int Word, int Length) Span, bool Itself)> named = [];

    /// <param name="model">Where analysis and weights come from.</param>
    /// <param name="title">One line.</param>
    /// <param name="summary">Free text.</param>
    /// <param name="languageCode">BCP-47.</param>
    public AnalyzedText(MatchingModel model, string title, string summary, string languageCode)
    {
        Language = LanguageDetector.PositionOf(languageCode);
        var tokens = new List<Token>((title.Length + summary.Length) / 8);
        var titleWords = 0;
        foreach (var sentence in Sentences.Of(summary).Prepend(title))
        {
            var first = tokens.Count;
            model.Analyzer.Analyze(sentence, languageCode, tokens);
            sentences.Add((sentence, first, tokens.Count));
            titleWords = sentences.Count == 1 ? tokens.Count : titleWords;
        }

        Span<float> meaning = stackalloc float[SemanticCode.MeaningLength];
        (Terms, Concepts) = model.Read(tokens, titleWords, Language, words, [], meaning);
        Tags = model.Tagger.Tag(meaning, Concepts);
        Lengths = model.Translations.Lengths(Terms, Language);
        foreach (var (text, first, end) in sentences)
        {
            var known = Mentions.Count;
            model.Thesaurus.Find(CollectionsMarshal.AsSpan(words)[first..end], Mentions);
            for (var i = known; i < Mentions.Count; i++)
            {
                Mentions[i] = Mentions[i] with { Start = first + Mentions[i].Start };
            }

            places.AddRange(tokens[first..end].Select(token => (text, token.Start, token.End)));
        }

        foreach (var mention in Mentions)
        {
            foreach (var concept in model.Thesaurus.WithBroader(mention.Concept))
            {
                var itself = concept == mention.Concept;
                if (!named.TryGetValue(concept, out var known) || (itself && !known.Itself))
                {
                    named[concept] = ((mention.Start, mention.Length), itself);
                }
            }
        }
    }

    /// <summary>What the text is about, whatever its tags say.</summary>
    public TagProbabilities Tags { get; }

    /// <summary>Position in LanguageDetector.Languages.</summary>
    internal int Language { get; }

    /// <inheritdoc cref="Encoding.Terms"/>
    internal SparseVector Terms { get; }

    /// <inheritdoc cref="Encoding.Concepts"/>
    internal SparseVector Concepts { get; }

    /// <inheritdoc cref="Encoding.Lengths"/>
    internal float[] Lengths { get; }

    /// <summary>Concepts where they stand, the title's words first.</summary>
    internal List<ConceptMention> Mentions { get; } = [];

    /// <summary>Where it names each concept: itself, or else by a narrower one.</summary>
    internal IReadOnlyDictionary<int, ((int Word, int Length) Span, bool Itself)> Named => named;

    /// <summary>The place of the first word with a term id; -1 when there is none.</summary>
    internal int IndexOf(int term) => words.IndexOf(term);

    /// <summary>Words as they are written.</summary>
    internal string Quote(int word, int length)
    {
        var (sentence, start, _) = places[word];
        return sentence[start..places[word + length - 1].End];
    }

    /// <summary>The summary's sentence whose words weigh most; the title when there is no summary.</summary>
    /// <param name="weights">By term id.</param>
    internal string BestSentence(IReadOnlyDictionary<int, double> weights)
    {
        double Weight(int term) => weights.GetValueOrDefault(term);
        var best = sentences.Skip(sentences.Count > 1 ? 1 : 0).MaxBy(sentence => words[sentence.FirstWord..sentence.EndWord].Distinct().Sum(Weight));
        return Sentences.Quote(best.Text);
    }

    /// <summary>The term ids of a range of words.</summary>
    internal IEnumerable<int> Words(int first, int length) => words.Skip(first).Take(length);
}
