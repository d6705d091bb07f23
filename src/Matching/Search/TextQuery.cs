using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Search;

/// <summary>Words that somebody looks for, each as the stems it may have in the four languages: an index holds every item in its own language.</summary>
public sealed class TextQuery
{
    /// <summary>Words that count; what follows them is ignored.</summary>
    public const int MaxWords = 32;

    private TextQuery(IReadOnlyList<IReadOnlySet<string>> words, IReadOnlyList<IReadOnlyList<int>> features, IReadOnlyList<float> weights) => (Words, Features, Weights) = (words, features, weights);

    /// <summary>The stems of each word.</summary>
    public IReadOnlyList<IReadOnlySet<string>> Words { get; }

    /// <summary>The term features of each word.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Features { get; }

    /// <summary>The inverse document frequency of each word, in the language where it is most frequent.</summary>
    public IReadOnlyList<float> Weights { get; }

    /// <summary>Reads a query; the stop words of its language (detected when empty) don't count.</summary>
    public static TextQuery Of(MatchingModel model, string text, string languageCode)
    {
        var own = languageCode.Length > 0 ? languageCode : model.Languages.Detect(text);
        var kept = model.Analyzer.Analyze(text, own).Select(token => (token.Start, token.End)).ToHashSet();
        var words = LanguageDetector.Languages.SelectMany((language, position) => model.Analyzer.Analyze(text, language).Select(token => (Token: token, Feature: model.Vocabulary.Find(position, token.Term))))
            .GroupBy(stem => (stem.Token.Start, stem.Token.End))
            .Where(word => kept.Count == 0 || kept.Contains(word.Key)).OrderBy(word => word.Key.Start)
            .DistinctBy(word => string.Join(' ', word.Select(stem => stem.Token.Term).Order(StringComparer.Ordinal))).Take(MaxWords).ToList();
        return new(
            [.. words.Select(word => (IReadOnlySet<string>)word.Select(stem => stem.Token.Term).ToHashSet(StringComparer.Ordinal))],
            [.. words.Select(word => (IReadOnlyList<int>)[.. word.Select(stem => stem.Feature.Id).Distinct()])],
            [.. words.Select(word => word.Min(stem => stem.Feature.Idf))]);
    }

    /// <summary>Whether a stem belongs to one of the words.</summary>
    public bool Contains(string stem) => Words.Any(word => word.Contains(stem));
}

/// <summary>What was found.</summary>
/// <param name="Name">The item's resource name.</param>
/// <param name="Score">Above 0, at most 1: the share of the query's weight that the item holds, times (1 + cosine) / 2.</param>
public readonly record struct TextHit(string Name, double Score);
