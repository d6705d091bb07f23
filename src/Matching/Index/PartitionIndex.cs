using System.Collections;
using System.Collections.Immutable;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Search;

namespace CooperaNet.Matching.Index;

/// <summary>What one moment's readers see. Immutable; queries may run on any thread.</summary>
public sealed class IndexSnapshot
{
    internal IndexSnapshot(ImmutableArray<(Segment Segment, BitArray? Gone)> segments) => Segments = segments;

    /// <summary>An index without items.</summary>
    public static IndexSnapshot Empty { get; } = new([]);

    internal ImmutableArray<(Segment Segment, BitArray? Gone)> Segments { get; }

    /// <summary>The best counterparts of a text, best first; below the query's threshold only the very best, so that an abstention can say what was closest.</summary>
    /// <remarks>O(items + postings of the query's terms, their translations and concepts). Exact: every item is scored.</remarks>
    public IReadOnlyList<Hit> Search(IndexQuery query, MatchingModel model)
    {
        if (Segments.IsEmpty)
        {
            return [];
        }

        var top = new TopHits(Math.Max(1, query.Count));
        var translated = model.Translations.Translate(query.Encoding.Terms);
        foreach (var (segment, gone) in Segments)
        {
            segment.Search(query, translated, model, gone, top);
        }

        var hits = top.ToHits();
        return [.. hits.Where((hit, i) => i == 0 || hit.Score >= query.MinScore)];
    }

    /// <summary>The items that hold the words of a free-text query, best first, ties by name.</summary>
    public IReadOnlyList<TextHit> Find(TextQuery query, int count, DateTimeOffset now)
    {
        var top = new TopHits(count);
        foreach (var (segment, gone) in Segments)
        {
            segment.Find(query, gone, now, top);
        }

        return top.ToTextHits();
    }
}

/// <summary>The writing side of one partition's index over offers or needs: small new segments, merged as they grow. One writer at a time.</summary>
public sealed class PartitionIndex
{
    private readonly Dictionary<string, (Segment Segment, int Ordinal)> places = new(StringComparer.Ordinal);

    /// <summary>What readers use until the next change.</summary>
    public IndexSnapshot Snapshot { get; private set; } = IndexSnapshot.Empty;

    /// <summary>Items in the index.</summary>
    public int Count => places.Count;

    /// <summary>Their names, in no order.</summary>
    public IReadOnlyCollection<string> Names => [.. places.Keys];

    /// <summary>Puts items in, replacing those of the same name, takes others out, and publishes a new snapshot.</summary>
    /// <remarks>An item is copied O(log N) times over its life, as segments of like size merge.</remarks>
    public void Apply(IReadOnlyList<(IndexedItem Item, Encoding Encoding)> items, IReadOnlyCollection<string> removed)
    {
        var gone = Snapshot.Segments.ToDictionary(part => part.Segment, part => part.Gone);
        var segments = Snapshot.Segments.Select(part => part.Segment).ToList();
        var copied = new HashSet<Segment>();
        foreach (var name in items.Select(item => item.Item.Name).Concat(removed))
        {
            if (places.Remove(name, out var place))
            {
                if (copied.Add(place.Segment))
                {
                    gone[place.Segment] = gone[place.Segment] is { } bits ? new BitArray(bits) : new BitArray(place.Segment.Items.Length);
                }

                gone[place.Segment]![place.Ordinal] = true;
            }
        }

        if (items.Count > 0)
        {
            var added = Segment.Build(items);
            gone[added] = null;
            segments.Add(added);
            Place(added);
        }

        while (segments.Count > 1 && segments[^2].Items.Length < 2 * segments[^1].Items.Length)
        {
            var merged = Segment.Merge([.. segments[^2..].Select(segment => (segment, gone[segment]))]);
            gone[merged] = null;
            segments.RemoveRange(segments.Count - 2, 2);
            segments.Add(merged);
            Place(merged);
        }

        Snapshot = new([.. segments.Select(segment => (segment, gone[segment]))]);
    }

    private void Place(Segment segment)
    {
        for (var ordinal = 0; ordinal < segment.Items.Length; ordinal++)
        {
            places[segment.Items[ordinal].Name] = (segment, ordinal);
        }
    }
}
