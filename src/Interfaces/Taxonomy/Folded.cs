using System.Globalization;
using System.Text;

namespace CooperaNet.Matching.Taxonomy;

/// <summary>Makes names comparable that people write differently.</summary>
public static class Folded
{
    /// <summary>Letters and digits in lower case, without accents; everything between them is one space.</summary>
    public static string Of(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormKD))
        {
            if (char.IsLetterOrDigit(c))
            {
                folded.Append(char.ToLowerInvariant(c));
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark && folded.Length > 0 && folded[^1] != ' ')
            {
                folded.Append(' ');
            }
        }

        return folded.ToString().TrimEnd();
    }
}
