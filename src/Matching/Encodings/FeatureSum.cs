using System.Buffers;

namespace CooperaNet.Matching.Encodings;

/// <summary>Adds up the occurrences of features in one text. Give it back with <see cref="Dispose"/>; not safe for concurrent use.</summary>
internal sealed class FeatureSum(int capacity) : IDisposable
{
    private int[] ids = ArrayPool<int>.Shared.Rent(capacity);
    private float[] weights = ArrayPool<float>.Shared.Rent(capacity);
    private int count;

    /// <summary>Adds one occurrence; an id of -1 doesn't count.</summary>
    public void Add((int Id, float Weight) feature)
    {
        if (feature.Id < 0)
        {
            return;
        }

        if (count == Math.Min(ids.Length, weights.Length))
        {
            Grow();
        }

        (ids[count], weights[count]) = feature;
        count++;
    }

    /// <summary>The strongest features, of unit length together.</summary>
    public SparseVector Strongest(int wanted)
    {
        Array.Sort(ids, weights, 0, count);
        var distinct = 0;
        for (var i = 0; i < count; i++)
        {
            if (distinct > 0 && ids[distinct - 1] == ids[i])
            {
                weights[distinct - 1] += weights[i];
            }
            else
            {
                (ids[distinct], weights[distinct]) = (ids[i], weights[i]);
                distinct++;
            }
        }

        return SparseVector.Strongest(ids.AsSpan(0, distinct), weights.AsSpan(0, distinct), wanted);
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
