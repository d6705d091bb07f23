namespace CooperaNet.Matching.Index;

/// <summary>An item that may be an answer.</summary>
/// <param name="Block">Where it is.</param>
/// <param name="Ordinal">Its place there.</param>
/// <param name="Score">Higher is better.</param>
/// <param name="Form">Agreement in form, as the scan added it up.</param>
/// <param name="Terms">Agreement in concepts, likewise.</param>
internal readonly record struct Candidate(Block Block, int Ordinal, double Score, float Form, float Terms)
{
    /// <summary>Best first; ties by name, so that the order never depends on how items are spread.</summary>
    public static int Compare(Candidate left, Candidate right) => left.Score != right.Score
        ? right.Score.CompareTo(left.Score)
        : left.Block.Items.Utf8NameOf(left.Ordinal).SequenceCompareTo(right.Block.Items.Utf8NameOf(right.Ordinal));
}

/// <summary>Keeps the best of all items that are added.</summary>
internal sealed class TopItems(int count)
{
    private readonly PriorityQueue<Candidate, Candidate> heap = new(count + 1, new WorstFirst());

    /// <summary>Nothing below this can enter.</summary>
    public double Floor { get; private set; } = double.NegativeInfinity;

    /// <summary>The floor for sums of single precision: a little lower, so that rounding keeps nobody out.</summary>
    public float FloorAsFloat { get; private set; } = float.NegativeInfinity;

    public void Add(in Candidate candidate)
    {
        if (heap.Count < count)
        {
            heap.Enqueue(candidate, candidate);
        }
        else
        {
            heap.EnqueueDequeue(candidate, candidate);
        }

        if (heap.Count == count)
        {
            Floor = heap.Peek().Score;
            FloorAsFloat = (float)Floor - 1e-4f;
        }
    }

    /// <summary>What was kept, in no order.</summary>
    public IEnumerable<Candidate> Kept() => heap.UnorderedItems.Select(entry => entry.Element);

    private sealed class WorstFirst : IComparer<Candidate>
    {
        public int Compare(Candidate x, Candidate y) => Candidate.Compare(y, x);
    }
}
