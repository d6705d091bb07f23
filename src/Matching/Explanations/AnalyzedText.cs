using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Explanations;

/// <summary>A text analysed once, to be compared with many others.</summary>
public sealed class AnalyzedText
{
    private readonly Dictionary<string, (string Surface, int Count)> terms = new(StringComparer.Ordinal);
    private readonly List<(string Text, HashSet<string> Terms)> sentences = [];
    private readonly string title;

    /// <param name="model">Where analysis and weights come from.</param>
    /// <param name="title">One line.</param>
    /// <param name="summary">Free text.</param>
    /// <param name="languageCode">BCP-47.</param>
    public AnalyzedText(MatchingModel model, string title, string summary, string languageCode)
    {
        this.title = title;
        Read(model.Analyzer, title, languageCode);
        sentences.AddRange(Sentences.Of(summary).Select(sentence => (sentence, Read(model.Analyzer, sentence, languageCode))));
        Norm = Math.Sqrt(terms.Sum(term => Math.Pow(term.Value.Count * model.Terms.Find(term.Key).Weight, 2)));
    }

    /// <summary>Length of the vector of weighted term counts.</summary>
    internal double Norm { get; }

    /// <summary>Each term as first written, and how often it occurs.</summary>
    internal IReadOnlyDictionary<string, (string Surface, int Count)> Terms => terms;

    /// <summary>The summary's sentence that carries most of these weights; the title when there is no summary.</summary>
    internal string BestSentence(IReadOnlyDictionary<string, double> weights) =>
        sentences.Count == 0 ? title : Sentences.Quote(sentences.MaxBy(sentence => sentence.Terms.Sum(term => weights.GetValueOrDefault(term))).Text);

    private HashSet<string> Read(TextAnalyzer analyzer, string text, string languageCode)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in analyzer.Analyze(text, languageCode))
        {
            found.Add(token.Term);
            terms[token.Term] = terms.TryGetValue(token.Term, out var known) ? (known.Surface, known.Count + 1) : (text[token.Start..token.End], 1);
        }

        return found;
    }
}
