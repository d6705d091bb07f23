using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace CooperaNet.Matching.Taxonomy;

/// <summary>Makes texts comparable that people write differently.</summary>
/// <remarks>By a table of Latin letters: without ICU, which a fresh machine may not have, .NET's own normalisation does nothing.</remarks>
public static class Folded
{
    private static readonly FrozenDictionary<char, char> Letters = new[]
    {
        "aàáâãäåāăą", "cçćĉċč", "dďđ", "eèéêëēĕėęě", "gĝğġģ", "iìíîïĩīĭįı", "lĺļľł", "nñńņň", "oòóôõöøōŏő", "rŕŗř", "sśŝşš", "tţťŧ", "uùúûüũūŭůűų", "yýÿŷ", "zźżž",
    }.SelectMany(letters => letters.Skip(1).Select(letter => KeyValuePair.Create(letter, letters[0]))).ToFrozenDictionary();

    /// <summary>A character in lower case, without accent.</summary>
    public static char Letter(char c)
    {
        var lower = char.ToLowerInvariant(c);
        return lower < 0x80 ? lower : Letters.GetValueOrDefault(lower, lower);
    }

    /// <summary>True for the accent of a decomposed letter, which folding leaves out.</summary>
    public static bool IsAccent(char c) => c >= 0x300 && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark;

    /// <summary>Letters and digits in lower case, without accents; everything between them is one space.</summary>
    public static string Of(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                folded.Append(Letter(c));
            }
            else if (!IsAccent(c) && folded.Length > 0 && folded[^1] != ' ')
            {
                folded.Append(' ');
            }
        }

        return folded.ToString().TrimEnd();
    }
}
