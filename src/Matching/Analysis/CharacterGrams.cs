using System.Globalization;
using System.Text;

namespace CooperaNet.Matching.Analysis;

/// <summary>Character n-grams inside words: what cognates, names and acronyms share across languages.</summary>
public static class CharacterGrams
{
    /// <summary>The 4-grams of each word of at least three letters, the word padded with an underscore at both ends, accents and case folded.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var word = new StringBuilder("_", 32);
        foreach (var c in text.Normalize(NormalizationForm.FormD).Append(' '))
        {
            if (char.IsLetterOrDigit(c))
            {
                word.Append(char.ToLowerInvariant(c));
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                if (word.Length > 3)
                {
                    var padded = word.Append('_').ToString();
                    for (var i = 0; i + 4 <= padded.Length; i++)
                    {
                        yield return padded.Substring(i, 4);
                    }
                }

                word.Clear().Append('_');
            }
        }
    }
}
