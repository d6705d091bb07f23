using System.Buffers;
using System.Collections;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Search;

namespace CooperaNet.Matching.Index;

/// <summary>A block of items with their postings. Immutable, but for which of its items are gone: that is the snapshot's.</summary>
internal sealed class Segment
{
    private readonly Postings terms;
    private readonly Postings concepts;
    private readonly ItemVectors vectors;

    private Segment(IndexedItem[] items, Postings terms, Postings concepts, ItemVectors vectors) => (Items, this.terms, this.concepts, this.vectors) = (items, terms, concepts, vectors);

    public IndexedItem[] Items { get; }

    public static Segment Build(IReadOnlyList<(IndexedItem Item, Encoding Encoding)> items) => new(
        [.. items.Select(item => item.Item)],
        Postings.Build([.. items.Select(item => item.Encoding.Terms)]),
        Postings.Build([.. items.Select(item => item.Encoding.Concepts)]),
        ItemVectors.Build([.. items.Select(item => item.Encoding)]));

    public static Segment Merge(IReadOnlyList<(Segment Segment, BitArray? Gone)> parts)
    {
        var items = new List<IndexedItem>();
        var renumbered = parts.Select(part => part.Segment.Items.Select((item, ordinal) =>
        {
            if (part.Gone?[ordinal] == true)
            {
                return -1;
            }

            items.Add(item);
            return items.Count - 1;
        }).ToArray()).ToArray();
        return new(
            [.. items],
            Postings.Merge([.. parts.Select((part, i) => (part.Segment.terms, renumbered[i]))]),
            Postings.Merge([.. parts.Select((part, i) => (part.Segment.concepts, renumbered[i]))]),
            ItemVectors.Merge([.. parts.Select((part, i) => (part.Segment.vectors, renumbered[i]))], items.Count));
    }

    /// <summary>Offers every live item to the collector, with its score.</summary>
    public void Search(IndexQuery query, (int[] Ids, float[] Weights) translated, MatchingModel model, BitArray? gone, TopHits top)
    {
        var (count, fusion, scale) = (Items.Length, model.Fusion, model.Scale);
        var forms = ArrayPool<float>.Shared.Rent(count);
        var shared = ArrayPool<float>.Shared.Rent(count);
        Array.Clear(forms, 0, count);
        Array.Clear(shared, 0, count);
        terms.Accumulate(translated.Ids, translated.Weights, forms);
        concepts.Accumulate(query.Encoding.Concepts.Ids, query.Encoding.Concepts.Weights, shared);
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            var item = Items[ordinal];
            var (meaning, topic) = vectors.Cosines(query.Encoding, ordinal, scale);
            var signals = new Signals(
                vectors.Form(query.Encoding, ordinal, forms[ordinal]), meaning, topic, Math.Min(1, shared[ordinal]),
                model.Rarity.OfAreas(query.Areas, item.Areas), model.Rarity.OfGoals(query.Goals, item.Goals));
            var pair = fusion.Of(query.Encoding.Language, vectors.LanguageOf(ordinal));
            if (pair.UpperLogOdds(signals) < top.Floor || gone?[ordinal] == true || !Passes(query, item, vectors.LanguageOf(ordinal)))
            {
                continue;
            }

            var logOdds = pair.LogOdds(signals);
            var stale = item.ConfirmTime < query.StaleBefore;
            top.Add(item, vectors.LanguageOf(ordinal), signals, stale ? logOdds - PairWeights.StalePenalty : logOdds, stale);
        }

        ArrayPool<float>.Shared.Return(forms);
        ArrayPool<float>.Shared.Return(shared);
    }

    /// <summary>Offers every live item that holds at least one of the words to the collector, with its score.</summary>
    /// <remarks>O(items + postings of the words).</remarks>
    public void Find(TextQuery query, BitArray? gone, DateTimeOffset now, TopHits top)
    {
        var count = Items.Length;
        var weights = ArrayPool<float>.Shared.Rent(count);
        var cosines = ArrayPool<float>.Shared.Rent(count);
        var counted = ArrayPool<byte>.Shared.Rent(count); // the last word that counted for an item, from 1
        Array.Clear(weights, 0, count);
        Array.Clear(cosines, 0, count);
        Array.Clear(counted, 0, count);
        for (var word = 0; word < query.Features.Count; word++)
        {
            foreach (var feature in query.Features[word])
            {
                terms.Count(feature, (byte)(word + 1), query.Weights[word], weights, cosines, counted);
            }
        }

        var (total, norm) = (query.Weights.Sum(), Math.Sqrt(query.Weights.Sum(weight => weight * weight)));
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            if (weights[ordinal] > 0)
            {
                var score = weights[ordinal] / total * (1 + Math.Min(1, cosines[ordinal] / norm)) / 2;
                var item = Items[ordinal];
                if (score >= top.Floor && gone?[ordinal] != true && !(item.ExpireTime <= now))
                {
                    top.Add(item, vectors.LanguageOf(ordinal), default, score, stale: false);
                }
            }
        }

        ArrayPool<float>.Shared.Return(weights);
        ArrayPool<float>.Shared.Return(cosines);
        ArrayPool<byte>.Shared.Return(counted);
    }

    private static bool Passes(IndexQuery query, IndexedItem item, int language) =>
        item.Parent != query.ExcludedParent && !(item.ExpireTime <= query.Now)
        && (query.Constraints.Maturities == 0 || (query.Constraints.Maturities & (1 << item.Maturity)) != 0)
        && (query.Constraints.Languages == 0 || (query.Constraints.Languages & (1 << language)) != 0)
        && (query.Constraints.Countries.Count == 0 || query.Constraints.Countries.Contains(item.Country));
}
