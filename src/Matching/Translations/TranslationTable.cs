using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;

namespace CooperaNet.Matching.Translations;

/// <summary>A word and one that translates it.</summary>
/// <param name="From">Term id.</param>
/// <param name="To">Term id of another language.</param>
/// <param name="Strength">Mean of both directions' translation probabilities, above 0 to 1; the same both ways.</param>
public readonly record struct TranslationLink(int From, int To, float Strength);

/// <summary>Which words translate each other, the same both ways. Safe for concurrent use.</summary>
/// <remarks>
/// With the terms of two texts as vectors x and y and the strengths as a matrix S, the texts agree by x·S·y, brought to
/// between 0 and 1 by the lengths of x·S and S·y. A word stands for itself in its own language, and an unknown one in all.
/// </remarks>
public sealed class TranslationTable
{
    private const float Scale = 255;
    private static readonly int Languages = LanguageDetector.Languages.Count;
    private readonly int[] starts;
    private readonly int[] targets;
    private readonly byte[] strengths;
    private readonly float[] squares; // by term and language: the sum of its squared strengths

    /// <summary>Puts links into a table; strengths are rounded to 1/255.</summary>
    /// <param name="links">Each once a direction.</param>
    /// <param name="vocabulary">Where the term ids come from.</param>
    public TranslationTable(IEnumerable<TranslationLink> links, Vocabulary vocabulary)
    {
        // One number a link that sorts by term, then the strongest first, then the lower target.
        var ordered = links.Select(link => (From: (ulong)link.From, To: (uint)link.To, Strength: Round(link.Strength))).Where(link => link.Strength > 0)
            .Select(link => (link.From << 40) | ((ulong)(byte)~link.Strength << 32) | link.To).ToArray();
        Array.Sort(ordered);
        (starts, targets, strengths) = (new int[vocabulary.Count + 1], new int[ordered.Length], new byte[ordered.Length]);
        squares = new float[vocabulary.Count * Languages];
        for (var i = 0; i < ordered.Length; i++)
        {
            var from = (int)(ordered[i] >> 40);
            (targets[i], strengths[i]) = ((int)(uint)ordered[i], (byte)~(byte)(ordered[i] >> 32));
            starts[from + 1]++;
            squares[(from * Languages) + vocabulary.LanguageOf(targets[i])] += strengths[i] / Scale * (strengths[i] / Scale);
        }

        for (var i = 0; i < vocabulary.Count; i++)
        {
            starts[i + 1] += starts[i];
        }
    }

    /// <summary>Known terms.</summary>
    public int Count => starts.Length - 1;

    /// <summary>The words that translate a term, of all languages, strongest first, and their strengths, above 0 to 1.</summary>
    public IEnumerable<(int Term, float Strength)> Of(int term)
    {
        for (var i = term < Count ? starts[term] : 0; term < Count && i < starts[term + 1]; i++)
        {
            yield return (targets[i], strengths[i] / Scale);
        }
    }

    /// <summary>Each link once, by term ids.</summary>
    public IEnumerable<TranslationLink> Links() => Enumerable.Range(0, Count).SelectMany(term => Of(term).Where(link => link.Term > term).Select(link => new TranslationLink(term, link.Term, link.Strength)));

    /// <summary>A text's terms as they may stand in texts of any language: its own, and their translations. Not of unit length.</summary>
    public SparseVector Translate(SparseVector terms)
    {
        var count = terms.Ids.Length;
        foreach (var term in terms.Ids)
        {
            count += term < Count ? starts[term + 1] - starts[term] : 0;
        }

        var (ids, weights, filled) = (new int[count], new float[count], 0);
        for (var i = 0; i < terms.Ids.Length; i++)
        {
            var (term, weight) = (terms.Ids[i], terms.Weights[i]);
            (ids[filled], weights[filled++]) = (term, weight);
            for (var link = term < Count ? starts[term] : 0; term < Count && link < starts[term + 1]; link++)
            {
                (ids[filled], weights[filled++]) = (targets[link], weight * strengths[link] / Scale);
            }
        }

        return SparseVector.Sum(ids, weights);
    }

    /// <summary>By language, the length of the terms' translation into it; 1 for their own language and when there is none.</summary>
    /// <remarks>As if no two words had the same translation: looked up, not summed up.</remarks>
    public float[] Lengths(SparseVector terms, int language)
    {
        var lengths = new float[Languages];
        for (var target = 0; target < Languages; target++)
        {
            var sum = 0f;
            for (var i = 0; i < terms.Ids.Length && target != language; i++)
            {
                var square = terms.Ids[i] < Count ? squares[(terms.Ids[i] * Languages) + target] : 1;
                sum += terms.Weights[i] * terms.Weights[i] * square;
            }

            lengths[target] = sum == 0 ? 1 : MathF.Sqrt(sum);
        }

        return lengths;
    }

    private static byte Round(float strength) => (byte)Math.Clamp(MathF.Round(strength * Scale), 0, Scale);
}
