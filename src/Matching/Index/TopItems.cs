namespace CooperaNet.Matching.Index;

/// <summary>An item that may be an answer.</summary>
/// <param name="Block">Where it is.</param>
/// <param name="Ordinal">Its place there.</param>
/// <param name="Score">Higher is better.</param>
/// <param name="Form">Agreement in form, as the scan added it up.</param>
/// <param name="Terms">Agreement in concepts, likewise.</param>
internal readonly record struct Candidate(Block Block, int Ordinal, double Score, float Form, float Terms)
{
    /// <summary>The order of <see cref="Compare"/>.</summary>
    public static IComparer<Candidate> BestFirst { get; } = Comparer<Candidate>.Create((left, right) => Compare(left, right));

    /// <summary>Best first; ties by name, so that the order never depends on how items are spread.</summary>
    public static int Compare(in Candidate left, in Candidate right) => left.Score != right.Score
        ? right.Score.CompareTo(left.Score)
        : left.Block.Items.Utf8NameOf(left.Ordinal).SequenceCompareTo(right.Block.Items.Utf8NameOf(right.Ordinal));
}

/// <summary>Keeps the best of all items that are added.</summary>
internal sealed class TopItems
{
    private readonly int count;
    private readonly Candidate[] places; // of those that are kept, and a free one
    private readonly PriorityQueue<int, int> worstFirst;
    private int free;

    public TopItems(int count)
    {
        (this.count, places) = (count, new Candidate[count + 1]);
        worstFirst = new(count, Comparer<int>.Create((x, y) => Candidate.Compare(places[y], places[x])));
    }

    /// <summary>Nothing below this can enter.</summary>
    public double Floor { get; private set; } = double.NegativeInfinity;

    /// <summary>The floor for sums of single precision: a little lower, so that rounding keeps nobody out.</summary>
    public float FloorAsFloat { get; private set; } = float.NegativeInfinity;

    public void Add(in Candidate candidate)
    {
        places[free] = candidate;
        if (worstFirst.Count < count)
        {
            worstFirst.Enqueue(free, free);
            free = worstFirst.Count;
        }
        else
        {
            free = worstFirst.EnqueueDequeue(free, free);
        }

        if (worstFirst.Count == count)
        {
            Floor = places[worstFirst.Peek()].Score;
            FloorAsFloat = (float)Floor - 1e-4f;
        }
    }

    /// <summary>What was kept, in no order.</summary>
    public IEnumerable<Candidate> Kept() => worstFirst.UnorderedItems.Select(item => places[item.Element]);
}
