using System.Buffers;

namespace CooperaNet.Matching.Encodings;

/// <summary>Adds up the occurrences of features in one text. Give it back with <see cref="Dispose"/>; not safe for concurrent use.</summary>
internal sealed class FeatureSum(int capacity) : IDisposable
{
    private int[] ids = ArrayPool<int>.Shared.Rent(capacity);
    private float[] weights = ArrayPool<float>.Shared.Rent(capacity);
    private int count;

    /// <summary>Adds one occurrence.</summary>
    public void Add(int id, float weight)
    {
        if (count == Math.Min(ids.Length, weights.Length))
        {
            Grow();
        }

        (ids[count], weights[count]) = (id, weight);
        count++;
    }

    /// <summary>The strongest features, of unit length together, each occurrence after the first counting less: a feature that occurs n times weighs 1 + ln(n) times its mean weight.</summary>
    public SparseVector Strongest(int wanted) => Strongest(wanted, out _);

    /// <summary>The same, and how long they were together before.</summary>
    public SparseVector Strongest(int wanted, out float length)
    {
        Array.Sort(ids, weights, 0, count);
        var distinct = 0;
        for (var start = 0; start < count;)
        {
            var (end, sum) = (start, 0f);
            while (end < count && ids[end] == ids[start])
            {
                sum += weights[end++];
            }

            (ids[distinct], weights[distinct]) = (ids[start], sum / (end - start) * (1 + MathF.Log(end - start)));
            distinct++;
            start = end;
        }

        return SparseVector.Strongest(ids.AsSpan(0, distinct), weights.AsSpan(0, distinct), wanted, out length);
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(ids);
        ArrayPool<float>.Shared.Return(weights);
    }

    private void Grow()
    {
        var (largerIds, largerWeights) = (ArrayPool<int>.Shared.Rent(count * 2), ArrayPool<float>.Shared.Rent(count * 2));
        Array.Copy(ids, largerIds, count);
        Array.Copy(weights, largerWeights, count);
        Dispose();
        (ids, weights) = (largerIds, largerWeights);
    }
}
