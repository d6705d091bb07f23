using System.Text.RegularExpressions;

namespace CooperaNet.Matching.Analysis;

/// <summary>Splits a text into sentences, well enough to quote one.</summary>
public static partial class Sentences
{
    private const int MaxLength = 400;

    /// <summary>The sentences in order, trimmed, none empty, each at most 400 characters.</summary>
    public static IReadOnlyList<string> Of(string text) => [.. Boundary().Split(text).Select(part => part.Trim()).Where(part => part.Length > 0)
        .Select(part => part.Length <= MaxLength ? part : part[..MaxLength] + "…")];

    [GeneratedRegex(@"(?<=[.!?…;])\s+(?=[\p{Lu}\p{N}¿¡«""(])|[\r\n]+", RegexOptions.CultureInvariant)]
    private static partial Regex Boundary();
}
