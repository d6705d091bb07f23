using System.Text.RegularExpressions;

namespace CooperaNet.Matching.Analysis;

/// <summary>Splits a text into sentences, well enough to quote one.</summary>
public static partial class Sentences
{
    private const int MaxLength = 400;

    /// <summary>The sentences in order, trimmed, none empty.</summary>
    public static IReadOnlyList<string> Of(string text) => [.. Boundary().Split(text).Select(part => part.Trim()).Where(part => part.Length > 0)];

    /// <summary>A sentence to be shown, cut to at most 400 characters, never within a character.</summary>
    public static string Quote(string sentence) =>
        sentence.Length <= MaxLength ? sentence : sentence[..(char.IsHighSurrogate(sentence[MaxLength - 1]) ? MaxLength - 1 : MaxLength)] + "…";

    [GeneratedRegex(@"(?<=[.!?…;])\s+(?=[\p{Lu}\p{N}¿¡«""(])|[\r\n]+", RegexOptions.CultureInvariant)]
    private static partial Regex Boundary();
}
