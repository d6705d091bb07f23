using CooperaNet.Matching.Analysis;

namespace CooperaNet.Matching.Search;

/// <summary>A piece of a text, and whether it is one of the words that were looked for.</summary>
public readonly record struct TextPart(string Text, bool Found);

/// <summary>Cuts a text into what was looked for and what stands between.</summary>
public static class Snippet
{
    /// <summary>The whole text, cut at the words that were looked for.</summary>
    public static IReadOnlyList<TextPart> Highlight(TextAnalyzer analyzer, TextQuery query, string text, string languageCode)
    {
        var parts = new List<TextPart>();
        var end = 0;
        foreach (var token in analyzer.Analyze(text, languageCode).Where(token => token.Start >= end && query.Contains(token.Term)))
        {
            if (token.Start > end)
            {
                parts.Add(new(text[end..token.Start], false));
            }

            parts.Add(new(text[token.Start..token.End], true));
            end = token.End;
        }

        if (end < text.Length)
        {
            parts.Add(new(text[end..], false));
        }

        return parts;
    }

    /// <summary>The sentence of a text that holds most of the words, cut like <see cref="Highlight"/>; the first one when none holds any.</summary>
    public static IReadOnlyList<TextPart> Best(TextAnalyzer analyzer, TextQuery query, string text, string languageCode) => Sentences.Of(text)
        .Select(sentence => Highlight(analyzer, query, Sentences.Quote(sentence), languageCode))
        .MaxBy(parts => parts.Count(part => part.Found)) ?? [];
}
