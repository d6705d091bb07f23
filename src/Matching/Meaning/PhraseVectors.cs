namespace CooperaNet.Matching.Meaning;

/// <summary>What phrases mean: one vector for each concept of the thesaurus that texts name with several words, the same in all languages. Safe for concurrent use.</summary>
/// <remarks>A phrase says more than its words: a "drinking fountain" is no source of rivers.</remarks>
/// <param name="idf">By concept, ln(rows / rows with a phrase for it); 0 for a concept without a vector.</param>
/// <param name="vectors">One for each concept with an idf above 0, in their order.</param>
public sealed class PhraseVectors(float[] idf, RoundedVectors vectors)
{
    private readonly int[] rows = Number(idf);

    /// <summary>By concept, what its phrases weigh; 0 for a concept without a vector.</summary>
    public IReadOnlyList<float> Idf => idf;

    /// <summary>The vectors.</summary>
    public RoundedVectors Vectors => vectors;

    /// <summary>Adds a concept's vector, times a weight, to a sum; nothing when it has none.</summary>
    public void AddTo(int concept, float weight, Span<float> sum)
    {
        if (rows[concept] >= 0)
        {
            vectors.AddTo(rows[concept], weight, sum);
        }
    }

    private static int[] Number(float[] idf)
    {
        var (rows, next) = (new int[idf.Length], 0);
        for (var concept = 0; concept < idf.Length; concept++)
        {
            rows[concept] = idf[concept] > 0 ? next++ : -1;
        }

        return rows;
    }
}
