using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Index;

/// <summary>Up to <see cref="MaxItems"/> items with their postings and codes, those of one language behind each other. Immutable, but for which of its items are gone: that is the snapshot's.</summary>
internal sealed class Block
{
    /// <summary>So many that 16 bits number them, and that a query's accumulators stay in the cache.</summary>
    public const int MaxItems = 1 << 16;

    private const int Lanes = 8;
    private static readonly int LanguageCount = LanguageDetector.Languages.Count;
    private readonly Postings terms;
    private readonly Postings concepts;
    private readonly CodePlanes codes;
    private readonly int[] languages; // where each language's items start; the count at the end
    private readonly float[][] inverseLengths; // by language of the query, one an item: 1 / √(length of the item's translation)

    private Block(BlockItems items, Postings terms, Postings concepts, CodePlanes codes, int[] languages, float[][] inverseLengths) =>
        (Items, this.terms, this.concepts, this.codes, this.languages, this.inverseLengths) = (items, terms, concepts, codes, languages, inverseLengths);

    public BlockItems Items { get; }

    public int Count => Items.Count;

    public static Block Build(IReadOnlyList<(IndexedItem Item, Encoding Encoding)> unordered)
    {
        var items = unordered.OrderBy(item => item.Encoding.Language).ToList();
        var codes = new CodePlanes(items.Count);
        for (var ordinal = 0; ordinal < items.Count; ordinal++)
        {
            codes.Set(ordinal, items[ordinal].Encoding.Code);
        }

        return new(
            new([.. items.Select(item => item.Item)]),
            Postings.Build([.. items.Select(item => item.Encoding.Terms)]),
            Postings.Build([.. items.Select(item => item.Encoding.Concepts)]),
            codes,
            Starts([.. Enumerable.Range(0, LanguageCount).Select(language => items.Count(item => item.Encoding.Language == language))]),
            [.. Enumerable.Range(0, LanguageCount).Select(language => Padded(items.Select(item => 1 / MathF.Sqrt(item.Encoding.Lengths[language])), items.Count))]);
    }

    /// <summary>Joins blocks, leaving out what is gone.</summary>
    public static Block Merge(IReadOnlyList<(Block Block, Bits? Gone)> parts)
    {
        var places = Enumerable.Range(0, LanguageCount).SelectMany(language => parts.SelectMany((part, number) => part.Block.ItemsOf(language).Where(ordinal => part.Gone?[ordinal] != true).Select(ordinal => (Part: number, Ordinal: ordinal)))).ToList();
        var renumbered = parts.Select(part => Enumerable.Repeat(-1, part.Block.Count).ToArray()).ToArray();
        var codes = new CodePlanes(places.Count);
        for (var ordinal = 0; ordinal < places.Count; ordinal++)
        {
            var (part, old) = places[ordinal];
            renumbered[part][old] = ordinal;
            codes.Copy(parts[part].Block.codes, old, ordinal);
        }

        return new(
            new([.. places.Select(place => parts[place.Part].Block.Items[place.Ordinal])]),
            Postings.Merge([.. parts.Select((part, number) => (part.Block.terms, renumbered[number]))]),
            Postings.Merge([.. parts.Select((part, number) => (part.Block.concepts, renumbered[number]))]),
            codes,
            Starts([.. Enumerable.Range(0, LanguageCount).Select(language => places.Count(place => parts[place.Part].Block.LanguageOf(place.Ordinal) == language))]),
            [.. Enumerable.Range(0, LanguageCount).Select(language => Padded(places.Select(place => parts[place.Part].Block.inverseLengths[language][place.Ordinal]), places.Count))]);
    }

    public int LanguageOf(int ordinal)
    {
        var language = 0;
        while (ordinal >= languages[language + 1])
        {
            language++;
        }

        return language;
    }

    /// <summary>The evidence of one item exactly, from what the scan added up.</summary>
    public Signals Exact(Scan scan, in Candidate candidate)
    {
        Span<sbyte> code = stackalloc sbyte[SemanticCode.Length];
        codes.Get(candidate.Ordinal, code);
        var (meaning, topic) = SemanticCode.Cosines(scan.Query.Encoding.Code, code);
        var (areas, goals) = Items.TagsOf(candidate.Ordinal);
        return new(
            candidate.Form, scan.Model.Scale.Of(scan.Query.Encoding.Language, LanguageOf(candidate.Ordinal), meaning), topic, candidate.Terms,
            scan.Model.Rarity.OfAreas(scan.Query.Areas, areas), scan.Model.Rarity.OfGoals(scan.Query.Goals, goals));
    }

    /// <summary>Scores every item that is not gone and that the query allows, by the upper bits of its code, and offers the best to the scan's candidates.</summary>
    /// <remarks>One pass over 128 bytes an item, and over the postings of the query's terms, their translations and concepts.</remarks>
    public void Search(Scan scan, Bits? gone)
    {
        var (query, words) = (scan.Query, (Count + 63) / 64);
        var forms = ArrayPool<float>.Shared.Rent(Count + Lanes);
        var shared = ArrayPool<float>.Shared.Rent(Count + Lanes);
        var allowed = ArrayPool<ulong>.Shared.Rent(words);
        Array.Clear(forms, 0, Count + Lanes);
        Array.Clear(shared, 0, Count + Lanes);
        Bits.Live(Count, gone, allowed.AsSpan(0, words));
        Items.Filter(query.Constraints, allowed.AsSpan(0, words));
        terms.Accumulate(scan.Translated.Ids, scan.Translated.Weights, forms);
        concepts.Accumulate(query.Encoding.Concepts.Ids, query.Encoding.Concepts.Weights, shared);
        for (var language = 0; language < LanguageCount; language++)
        {
            if (query.Constraints.Languages == 0 || (query.Constraints.Languages & (1 << language)) != 0)
            {
                Search(scan, language, allowed, forms, shared);
            }
        }

        ArrayPool<float>.Shared.Return(forms);
        ArrayPool<float>.Shared.Return(shared);
        ArrayPool<ulong>.Shared.Return(allowed);
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
                terms.Count(feature, (byte)(word + 1), query.Weights[word], weights, cosines, counted);
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

    private void Search(Scan scan, int language, ulong[] allowed, float[] forms, float[] shared)
    {
        var (start, end) = (languages[language], languages[language + 1]);
        if (start == end)
        {
            return;
        }

        var pair = scan.Model.Fusion.Of(scan.Query.Encoding.Language, language);
        var formScale = 1 / MathF.Sqrt(scan.Query.Encoding.Lengths[language]);
        var lengths = inverseLengths[scan.Query.Encoding.Language];
        var line = scan.Model.Scale.LineOf(scan.Query.Encoding.Language, language);
        var lnCeiling = Vector256.Create(MathF.Log(pair.Ceiling));
        var most = Vector256.Create(MathF.Log(pair.Ceiling / (1 - pair.Ceiling)));
        Span<float> meanings = stackalloc float[64];
        Span<float> topics = stackalloc float[64];
        Span<float> tagSums = stackalloc float[64];
        tagSums.Clear();
        var tags = TagSums(scan, pair);
        for (var word = start / 64; word * 64 < end; word++)
        {
            var (first, last) = (Math.Max(start, word * 64), Math.Min(end, (word + 1) * 64));
            var wanted = (allowed[word] >> (first - (word * 64))) & (ulong.MaxValue >> (64 - (last - first)));
            if (wanted == 0)
            {
                continue;
            }

            Products(scan.Code, first, last - first, wanted, meanings, topics);
            for (var i = 0; i < last - first && tags.Length > 0; i++)
            {
                tagSums[i] = tags[Items.TagSetOf(first + i)];
            }

            for (var i = 0; i < last - first; i += Lanes)
            {
                if ((byte)(wanted >> i) == 0)
                {
                    continue;
                }

                var form = Vector256.Min(Vector256<float>.One, Vector256.LoadUnsafe(ref forms[first + i]) * Vector256.LoadUnsafe(ref lengths[first + i]) * formScale);
                var terms = Vector256.Min(Vector256<float>.One, Vector256.LoadUnsafe(ref shared[first + i]));
                var meaning = (Vector256.LoadUnsafe(ref meanings[i]) * (SemanticCode.MeaningUnit * line.Slope)) + Vector256.Create(line.Offset);
                var topic = Vector256.LoadUnsafe(ref topics[i]) * SemanticCode.TopicUnit;
                var about = Vector256.Create(pair.Bias) + (meaning * pair.Weights[1]) + (topic * pair.Weights[2]) + (terms * pair.Weights[3]);
                var beyond = (Vector256.Max(Vector256<float>.Zero, form + meaning - Vector256.Create(pair.Hinge)) * pair.Weights[0]) + Vector256.LoadUnsafe(ref tagSums[i]);
                var floor = Vector256.Create(scan.Candidates.FloorAsFloat);
                // Doubt leaves at most this; most items fall below the floor by it, and need no exponential.
                if (!Vector256.GreaterThanOrEqualAny(Vector256.Min(about + lnCeiling, most) + beyond, floor))
                {
                    continue;
                }

                var logOdds = about + lnCeiling - Vector256.Log(Vector256<float>.One + (Vector256.Exp(about) * (1 - pair.Ceiling))) + beyond;
                var passing = (uint)(wanted >> i) & Vector256.GreaterThanOrEqual(logOdds, floor).ExtractMostSignificantBits();
                for (; passing != 0; passing &= passing - 1)
                {
                    var lane = BitOperations.TrailingZeroCount(passing);
                    Offer(scan, pair, first + i + lane, form[lane], meaning[lane], topic[lane], terms[lane]);
                }
            }
        }
    }

    /// <summary>What each combination of tags adds; empty when the query has none, and nothing is added.</summary>
    private float[] TagSums(Scan scan, PairWeights pair)
    {
        var (query, rarity) = (scan.Query, scan.Model.Rarity);
        return query.Areas == 0 && query.Goals == 0 ? []
            : [.. Items.TagSets.Select(set => (float)((pair.Weights[4] * rarity.OfAreas(query.Areas, set.Areas)) + (pair.Weights[5] * rarity.OfGoals(query.Goals, set.Goals))))];
    }

    private void Products(CoarseQuery query, int first, int count, ulong wanted, Span<float> meanings, Span<float> topics)
    {
        if (BitOperations.PopCount(wanted) * 3 >= count)
        {
            codes.Products(query, first, meanings[..count], topics[..count]);
            return;
        }

        for (; wanted != 0; wanted &= wanted - 1)
        {
            var i = BitOperations.TrailingZeroCount(wanted);
            codes.Products(query, first + i, meanings.Slice(i, 1), topics.Slice(i, 1));
        }
    }

    private void Offer(Scan scan, PairWeights pair, int ordinal, float form, float meaning, float topic, float terms)
    {
        if (Items.IsExpired(ordinal, scan.Query.Now) || Items.IsOf(ordinal, scan.Query.ExcludedParent))
        {
            return;
        }

        var (areas, goals) = Items.TagsOf(ordinal);
        var signals = new Signals(form, meaning, topic, terms, scan.Model.Rarity.OfAreas(scan.Query.Areas, areas), scan.Model.Rarity.OfGoals(scan.Query.Goals, goals));
        scan.Candidates.Add(new(this, ordinal, pair.LogOdds(signals, Items.IsStale(ordinal, scan.Query.StaleBefore)), form, terms));
    }

    private IEnumerable<int> ItemsOf(int language) => Enumerable.Range(languages[language], languages[language + 1] - languages[language]);

    private static int[] Starts(int[] counts)
    {
        var starts = new int[counts.Length + 1];
        for (var i = 0; i < counts.Length; i++)
        {
            starts[i + 1] = starts[i] + counts[i];
        }

        return starts;
    }

    /// <summary>Some more at the end, which vectors may read.</summary>
    private static float[] Padded(IEnumerable<float> values, int count) => [.. values, .. new float[Lanes]];
}
