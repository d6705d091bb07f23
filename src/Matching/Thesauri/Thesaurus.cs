using System.Runtime.InteropServices;
using CooperaNet.Matching.Encodings;

namespace CooperaNet.Matching.Thesauri;

/// <summary>One concept of development cooperation.</summary>
/// <param name="Id">Stable, in kebab case.</param>
/// <param name="Labels">Preferred terms, in the order of LanguageDetector.Languages.</param>
/// <param name="Broader">Positions of the next wider concepts.</param>
/// <param name="Areas">Positions of the areas that it speaks for; see <see cref="Tagging.AreaCodes"/>.</param>
/// <param name="Goals">Goals that it speaks for, 1 to 17.</param>
/// <param name="Weight">How much it tells: the square root of ln(texts / texts that speak of it).</param>
public sealed record Concept(string Id, string[] Labels, int[] Broader, int[] Areas, int[] Goals, float Weight);

/// <summary>A term of a concept.</summary>
/// <param name="Words">Its words as ids of the vocabulary.</param>
/// <param name="Concept">The concept's position.</param>
public readonly record struct ConceptTerm(int[] Words, int Concept);

/// <summary>A concept found in a text.</summary>
/// <param name="Concept">Its position.</param>
/// <param name="Start">The first word's place in the text.</param>
/// <param name="Length">Words.</param>
public readonly record struct ConceptMention(int Concept, int Start, int Length);

/// <summary>Finds concepts in texts by their terms. Safe for concurrent use.</summary>
public sealed class Thesaurus
{
    private readonly Dictionary<long, int> steps = []; // (node, word) to node; node 0 is the root
    private readonly Dictionary<int, int[]> ends = [];
    private readonly int[][] wider; // each concept with all its broader ones

    /// <param name="concepts">In the order of their positions.</param>
    /// <param name="terms">All terms of all languages.</param>
    public Thesaurus(IReadOnlyList<Concept> concepts, IReadOnlyList<ConceptTerm> terms)
    {
        (Concepts, Terms) = (concepts, terms);
        foreach (var (words, concept) in terms)
        {
            var node = 0;
            foreach (var word in words)
            {
                ref var next = ref CollectionsMarshal.GetValueRefOrAddDefault(steps, Step(node, word), out var known);
                next = known ? next : steps.Count;
                node = next;
            }

            ends[node] = [.. ends.GetValueOrDefault(node, []).Append(concept).Distinct()];
        }

        wider = [.. concepts.Select((_, concept) => Closure(concept).Order().ToArray())];
    }

    /// <summary>The concepts in the order of their positions.</summary>
    public IReadOnlyList<Concept> Concepts { get; }

    /// <summary>All terms.</summary>
    public IReadOnlyList<ConceptTerm> Terms { get; }

    /// <summary>Adds the concepts of a text to a list, in order. From each word on the longest term counts; a term of several concepts gives all of them.</summary>
    /// <param name="words">The text's words as ids of the vocabulary.</param>
    /// <param name="mentions">Where they are added.</param>
    /// <remarks>O(words) times the length of the longest term.</remarks>
    public void Find(ReadOnlySpan<int> words, List<ConceptMention> mentions)
    {
        for (var start = 0; start < words.Length;)
        {
            var (node, length, concepts) = (0, 1, Array.Empty<int>());
            for (var i = start; i < words.Length && steps.TryGetValue(Step(node, words[i]), out node); i++)
            {
                if (ends.TryGetValue(node, out var end))
                {
                    (length, concepts) = (i + 1 - start, end);
                }
            }

            foreach (var concept in concepts)
            {
                mentions.Add(new(concept, start, length));
            }

            start += length;
        }
    }

    /// <summary>The concepts of a text as features: whoever speaks of a well speaks of water, too.</summary>
    public SparseVector Weigh(IReadOnlyList<ConceptMention> mentions, int count)
    {
        using var sum = new FeatureSum(capacity: 256);
        for (var i = 0; i < mentions.Count; i++)
        {
            foreach (var concept in wider[mentions[i].Concept])
            {
                sum.Add(concept, Concepts[concept].Weight);
            }
        }

        return sum.Strongest(count);
    }

    /// <summary>A concept and all its broader ones, each once.</summary>
    public IReadOnlyList<int> WithBroader(int concept) => wider[concept];

    private static long Step(int node, int word) => ((long)node << 32) | (uint)word;

    private HashSet<int> Closure(int concept)
    {
        var (found, open) = (new HashSet<int> { concept }, new Queue<int>([concept]));
        while (open.TryDequeue(out var next))
        {
            foreach (var broader in Concepts[next].Broader.Where(found.Add))
            {
                open.Enqueue(broader);
            }
        }

        return found;
    }
}
