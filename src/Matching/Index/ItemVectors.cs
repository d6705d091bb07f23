using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Index;

/// <summary>What a scan reads of each item besides its postings, item behind item. Immutable.</summary>
internal sealed class ItemVectors
{
    private static readonly int LanguageCount = LanguageDetector.Languages.Count;
    private readonly sbyte[] codes;
    private readonly byte[] languages;
    private readonly float[] lengths; // items x languages

    private ItemVectors(int count) => (codes, languages, lengths) = (new sbyte[count * SemanticCode.Length], new byte[count], new float[count * LanguageCount]);

    public static ItemVectors Build(IReadOnlyList<Encoding> items)
    {
        var vectors = new ItemVectors(items.Count);
        for (var ordinal = 0; ordinal < items.Count; ordinal++)
        {
            items[ordinal].Code.CopyTo(vectors.codes, ordinal * SemanticCode.Length);
            vectors.languages[ordinal] = (byte)items[ordinal].Language;
            items[ordinal].Lengths.CopyTo(vectors.lengths, ordinal * LanguageCount);
        }

        return vectors;
    }

    /// <summary>Joins vectors, giving items their new ordinals; an item whose new ordinal is -1 is dropped.</summary>
    public static ItemVectors Merge(IReadOnlyList<(ItemVectors Vectors, int[] Ordinals)> parts, int count)
    {
        var merged = new ItemVectors(count);
        foreach (var (part, renumbered) in parts)
        {
            for (var old = 0; old < renumbered.Length; old++)
            {
                if (renumbered[old] is >= 0 and var ordinal)
                {
                    part.codes.AsSpan(old * SemanticCode.Length, SemanticCode.Length).CopyTo(merged.codes.AsSpan(ordinal * SemanticCode.Length));
                    merged.languages[ordinal] = part.languages[old];
                    part.lengths.AsSpan(old * LanguageCount, LanguageCount).CopyTo(merged.lengths.AsSpan(ordinal * LanguageCount));
                }
            }
        }

        return merged;
    }

    public int LanguageOf(int ordinal) => languages[ordinal];

    public (float Meaning, float Topic) Cosines(Encoding query, int ordinal, MeaningScale scale)
    {
        var (meaning, topic) = SemanticCode.Cosines(query.Code, codes.AsSpan(ordinal * SemanticCode.Length, SemanticCode.Length));
        return (scale.Of(query.Language, languages[ordinal], meaning), topic);
    }

    /// <summary>The agreement in form, from the product of the query's translation with the item's terms.</summary>
    public float Form(Encoding query, int ordinal, float product) =>
        product == 0 ? 0 : Math.Min(1, product / MathF.Sqrt(query.Lengths[languages[ordinal]] * lengths[(ordinal * LanguageCount) + query.Language]));
}
