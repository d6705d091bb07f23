using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Search;

namespace CooperaNet.Matching.Index;

/// <summary>Keeps the best answers; ties are broken by name, so that the order never depends on how items are spread.</summary>
internal sealed class TopHits(int count)
{
    private readonly PriorityQueue<(IndexedItem Item, int Language, Signals Signals, bool Stale), (double LogOdds, string Name)> heap = new(Comparer<(double LogOdds, string Name)>.Create((left, right) =>
        left.LogOdds != right.LogOdds ? left.LogOdds.CompareTo(right.LogOdds) : string.CompareOrdinal(right.Name, left.Name)));

    /// <summary>Nothing below this can enter.</summary>
    public double Floor { get; private set; } = double.NegativeInfinity;

    public void Add(IndexedItem item, int language, Signals signals, double logOdds, bool stale)
    {
        if (heap.Count < count)
        {
            heap.Enqueue((item, language, signals, stale), (logOdds, item.Name));
        }
        else
        {
            heap.EnqueueDequeue((item, language, signals, stale), (logOdds, item.Name));
        }

        if (heap.Count == count && heap.TryPeek(out _, out var worst))
        {
            Floor = worst.LogOdds;
        }
    }

    /// <summary>The answers of a free-text search, best first; what was added is their score.</summary>
    public IReadOnlyList<TextHit> ToTextHits()
    {
        var hits = new TextHit[heap.Count];
        for (var i = hits.Length - 1; i >= 0; i--)
        {
            heap.TryDequeue(out var found, out var key);
            hits[i] = new(found.Item.Name, key.LogOdds);
        }

        return hits;
    }

    /// <summary>The answers, best first.</summary>
    public IReadOnlyList<Hit> ToHits()
    {
        var hits = new Hit[heap.Count];
        for (var i = hits.Length - 1; i >= 0; i--)
        {
            heap.TryDequeue(out var found, out var key);
            hits[i] = new(found.Item.Name, found.Item.Country, found.Language, 1 / (1 + Math.Exp(-key.LogOdds)), found.Signals, found.Stale);
        }

        return hits;
    }
}
