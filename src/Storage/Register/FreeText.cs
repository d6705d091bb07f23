using System.Text;
using CooperaNet.Matching.Storage;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Register;

/// <summary>Whether an item's title and summary hold words, accents and case ignored: <c>holds(payload, …)</c> in SQL.</summary>
internal static class FreeText
{
    /// <summary>The marks that combine with Latin, Greek and Cyrillic letters, as a regular expression; those of other scripts count on PostgreSQL.</summary>
    private const string Marks = "[\u0300-\u036F\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE20-\uFE2F]*";

    /// <summary>For each letter without accent and case, all that are compared as it; letters that stand alone are left out.</summary>
    private static readonly Lazy<Dictionary<char, string>> Variants = new(() => Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code)
        .Where(c => !char.IsSurrogate(c) && !Folded.IsAccent(c)).GroupBy(Folded.Letter).Where(group => group.Count() > 1)
        .ToDictionary(group => group.Key, group => string.Concat(group.Append(group.Key).Distinct())));

    /// <summary>The same in .NET, for SQLite.</summary>
    public static bool Holds(byte[] payload, string words) =>
        StateJson.FindItem(payload) is { Content: var content } && Fold($"{content.Title} {content.Summary}").Contains(Fold(words), StringComparison.Ordinal);

    /// <summary>The same as a regular expression of PostgreSQL's, from the same table of letters: each letter in all its forms, marks between them allowed.</summary>
    public static string Pattern(string words)
    {
        var pattern = new StringBuilder();
        foreach (var c in Fold(words))
        {
            pattern.Append(Variants.Value.TryGetValue(c, out var variants) ? $"[{variants}]" : char.IsAscii(c) && !char.IsLetterOrDigit(c) ? $"\\{c}" : c.ToString());
            pattern.Append(char.IsHighSurrogate(c) ? "" : Marks);
        }

        return pattern.ToString();
    }

    private static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Where(c => !Folded.IsAccent(c)))
        {
            folded.Append(Folded.Letter(c));
        }

        return folded.ToString();
    }
}
