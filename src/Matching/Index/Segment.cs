using System.Buffers;
using System.Collections;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Search;

namespace CooperaNet.Matching.Index;

/// <summary>A block of items with their postings. Immutable, but for which of its items are gone: that is the snapshot's.</summary>
internal sealed class Segment
{
    private readonly Postings terms;
    private readonly Postings grams;

    private Segment(IndexedItem[] items, Postings terms, Postings grams) => (Items, this.terms, this.grams) = (items, terms, grams);

    public IndexedItem[] Items { get; }

    public static Segment Build(IReadOnlyList<(IndexedItem Item, Encoding Encoding)> items) => new(
        [.. items.Select(item => item.Item)],
        Postings.Build([.. items.Select(item => item.Encoding.Terms)]),
        Postings.Build([.. items.Select(item => item.Encoding.Grams)]));

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
            Postings.Merge([.. parts.Select((part, i) => (part.Segment.grams, renumbered[i]))]));
    }

    /// <summary>Offers every live item to the collector, with its score.</summary>
    public void Search(IndexQuery query, Fusion fusion, TagRarity rarity, BitArray? gone, TopHits top)
    {
        var count = Items.Length;
        var termScores = ArrayPool<float>.Shared.Rent(count);
        var gramScores = ArrayPool<float>.Shared.Rent(count);
        Array.Clear(termScores, 0, count);
        Array.Clear(gramScores, 0, count);
        terms.Accumulate(query.Encoding.Terms, termScores);
        grams.Accumulate(query.Encoding.Grams, gramScores);
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            var item = Items[ordinal];
            var signals = new Signals(Math.Min(1, termScores[ordinal]), Math.Min(1, gramScores[ordinal]), rarity.OfAreas(query.Areas, item.Areas), rarity.OfGoals(query.Goals, item.Goals));
            var logOdds = fusion.LogOdds(signals);
            if (logOdds < top.Floor || gone?[ordinal] == true || item.Parent == query.ExcludedParent || item.ExpireTime <= query.Now)
            {
                continue;
            }

            var stale = item.ConfirmTime < query.StaleBefore;
            top.Add(item, signals, stale ? logOdds - Fusion.StalePenalty : logOdds, stale);
        }

        ArrayPool<float>.Shared.Return(termScores);
        ArrayPool<float>.Shared.Return(gramScores);
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
                    top.Add(item, default, score, stale: false);
                }
            }
        }

        ArrayPool<float>.Shared.Return(weights);
        ArrayPool<float>.Shared.Return(cosines);
        ArrayPool<byte>.Shared.Return(counted);
    }
}
