using System.Buffers;
using System.Runtime.Intrinsics;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Index;

/// <summary>Up to <see cref="MaxItems"/> items with their postings and codes, in the order of their groups. Immutable, but for which of its items are gone: that is the snapshot's.</summary>
internal sealed class Block
{
    /// <summary>So many that 16 bits number them.</summary>
    public const int MaxItems = 1 << 16;

    private static readonly int LanguageCount = LanguageDetector.Languages.Count;
    private readonly float[][] inverseLengths; // by language of the query, one an item: 1 / √(length of the item's translation)

    private Block(BlockItems items, Postings terms, Postings concepts, CodePlanes codes, float[][] inverseLengths) =>
        (Items, Terms, Concepts, Codes, this.inverseLengths) = (items, terms, concepts, codes, inverseLengths);

    public Postings Terms { get; }

    public Postings Concepts { get; }

    public CodePlanes Codes { get; }

    public BlockItems Items { get; }

    public int Count => Items.Count;

    public static Block Build(IReadOnlyList<(IndexedItem Item, Encoding Encoding)> unordered)
    {
        var items = unordered.OrderBy(item => new ItemGroup(item.Item, item.Encoding.Language)).ToList();
        var codes = new CodePlanes(items.Count);
        for (var ordinal = 0; ordinal < items.Count; ordinal++)
        {
            codes.Set(ordinal, items[ordinal].Encoding.Code);
        }

        return new(
            new([.. items.Select(item => item.Item)], [.. items.Select(item => item.Encoding.Language)]),
            Postings.Build([.. items.Select(item => item.Encoding.Terms)]),
            Postings.Build([.. items.Select(item => item.Encoding.Concepts)]),
            codes,
            [.. Enumerable.Range(0, LanguageCount).Select(language => Padded(items.Select(item => 1 / MathF.Sqrt(item.Encoding.Lengths[language]))))]);
    }

    /// <summary>Joins blocks, leaving out what is gone.</summary>
    public static Block Merge(IReadOnlyList<(Block Block, Bits? Gone)> parts)
    {
        var places = parts.SelectMany((part, number) => part.Block.Items.Groups().Select(group => (Part: number, group.Group, group.Start, group.End))).OrderBy(run => run.Group)
            .SelectMany(run => Enumerable.Range(run.Start, run.End - run.Start).Where(ordinal => parts[run.Part].Gone?[ordinal] != true).Select(ordinal => (run.Part, Ordinal: ordinal, run.Group.Language))).ToList();
        var renumbered = parts.Select(part => Enumerable.Repeat(-1, part.Block.Count).ToArray()).ToArray();
        var codes = new CodePlanes(places.Count);
        for (var ordinal = 0; ordinal < places.Count; ordinal++)
        {
            var (part, old, _) = places[ordinal];
            renumbered[part][old] = ordinal;
            codes.Copy(parts[part].Block.Codes, old, ordinal);
        }

        return new(
            new([.. places.Select(place => parts[place.Part].Block.Items[place.Ordinal])], [.. places.Select(place => place.Language)]),
            Postings.Merge([.. parts.Select((part, number) => (part.Block.Terms, renumbered[number]))], places.Count),
            Postings.Merge([.. parts.Select((part, number) => (part.Block.Concepts, renumbered[number]))], places.Count),
            codes,
            [.. Enumerable.Range(0, LanguageCount).Select(language => Padded(places.Select(place => parts[place.Part].Block.inverseLengths[language][place.Ordinal])))]);
    }

    /// <summary>One an item: 1 / √(length of the item's translation into a language).</summary>
    public ReadOnlySpan<float> InverseLengths(int language) => inverseLengths[language];

    /// <summary>The evidence of one item exactly, from what the scan added up.</summary>
    public Signals Exact(Scan scan, in Candidate candidate)
    {
        Span<sbyte> code = stackalloc sbyte[SemanticCode.Length];
        Codes.Get(candidate.Ordinal, code);
        var (meaning, topic) = SemanticCode.Cosines(scan.Query.Encoding.Code, code);
        var (areas, goals) = Items.TagsOf(candidate.Ordinal);
        return new(
            candidate.Form, scan.Model.Scale.Of(scan.Query.Encoding.Language, Items.LanguageOf(candidate.Ordinal), meaning), topic, candidate.Terms,
            scan.Model.Rarity.OfAreas(scan.Query.Areas, areas), scan.Model.Rarity.OfGoals(scan.Query.Goals, goals));
    }

    /// <summary>Offers every item that is not gone and that holds at least one of the words to the collector, with its score.</summary>
    /// <remarks>O(items + postings of the words).</remarks>
    public void Find(Search.TextQuery query, Bits? gone, DateTimeOffset now, TopItems top)
    {
        var weights = ArrayPool<float>.Shared.Rent(Count);
        var cosines = ArrayPool<float>.Shared.Rent(Count);
        var counted = ArrayPool<byte>.Shared.Rent(Count); // the last word that counted for an item, from 1
        Array.Clear(weights, 0, Count);
        Array.Clear(cosines, 0, Count);
        Array.Clear(counted, 0, Count);
        for (var word = 0; word < query.Features.Count; word++)
        {
            foreach (var feature in query.Features[word])
            {
                Terms.Count(feature, (byte)(word + 1), query.Weights[word], weights, cosines, counted);
            }
        }

        var (total, norm) = (query.Weights.Sum(), Math.Sqrt(query.Weights.Sum(weight => weight * weight)));
        for (var ordinal = 0; ordinal < Count; ordinal++)
        {
            if (weights[ordinal] > 0)
            {
                var score = weights[ordinal] / total * (1 + Math.Min(1, cosines[ordinal] / norm)) / 2;
                if (score >= top.Floor && gone?[ordinal] != true && !Items.IsExpired(ordinal, now))
                {
                    top.Add(new(this, ordinal, score, 0, 0));
                }
            }
        }

        ArrayPool<float>.Shared.Return(weights);
        ArrayPool<float>.Shared.Return(cosines);
        ArrayPool<byte>.Shared.Return(counted);
    }

    /// <summary>Some more at the end, which vectors may read.</summary>
    private static float[] Padded(IEnumerable<float> values) => [.. values, .. new float[Vector256<float>.Count]];
}
