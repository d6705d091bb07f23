using System.Globalization;
using System.Text;

namespace CooperaNet.Matching.Analysis;

/// <summary>Character n-grams inside words: what cognates, names and acronyms share across languages.</summary>
public static class CharacterGrams
{
    /// <summary>Characters in a gram.</summary>
    public const int Length = 4;

    private const char Edge = '_';

    /// <summary>The words of at least three letters or digits, each between underscores, accents and case folded: <c>_agua__rural_</c>.</summary>
    public static string Pad(string text)
    {
        var padded = new StringBuilder(text.Length + (text.Length / 3) + 2).Append(Edge);
        var start = 1;
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(c))
            {
                padded.Append(char.ToLowerInvariant(c));
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                EndWord(padded, ref start);
            }
        }

        EndWord(padded, ref start);
        return padded.ToString(0, start - 1);
    }

    /// <summary>Whether a gram starts here in a padded text: one that lies inside a word with its edges.</summary>
    public static bool StartsAt(string padded, int index) => index + Length <= padded.Length && padded[index + 1] != Edge && padded[index + 2] != Edge;

    /// <summary>The 4-grams of a text, in order, with repeats.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var padded = Pad(text);
        return Enumerable.Range(0, padded.Length).Where(index => StartsAt(padded, index)).Select(index => padded.Substring(index, Length));
    }

    private static void EndWord(StringBuilder padded, ref int start)
    {
        if (padded.Length - start >= 3)
        {
            padded.Append(Edge).Append(Edge);
            start = padded.Length;
        }
        else
        {
            padded.Length = start;
        }
    }
}
