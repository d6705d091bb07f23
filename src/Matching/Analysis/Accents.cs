using Lucene.Net.Analysis.Miscellaneous;

namespace CooperaNet.Matching.Analysis;

/// <summary>Text without accents, by Lucene's table: without ICU, which a fresh machine may not have, .NET's own normalisation does nothing.</summary>
internal static class Accents
{
    /// <summary>The text with its Latin letters as ASCII; its case stays.</summary>
    public static string Fold(string text)
    {
        var folded = new char[4 * text.Length]; // a letter becomes four characters at most
        var length = ASCIIFoldingFilter.FoldToASCII(text.ToCharArray(), 0, folded, 0, text.Length);
        return new string(folded, 0, length);
    }
}
