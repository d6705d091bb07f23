using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using CooperaNet.Matching.Encodings;

namespace CooperaNet.Matching.Meaning;

/// <summary>Vectors of 8-bit numbers, each with a scale of its own. Safe for concurrent use.</summary>
public sealed class RoundedVectors
{
    /// <param name="dimensions">Numbers in a vector.</param>
    /// <param name="values">Vectors x dimensions, row by row.</param>
    /// <param name="scales">What a row's numbers are multiplied with to make it a unit vector.</param>
    public RoundedVectors(int dimensions, sbyte[] values, float[] scales)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, dimensions * scales.Length);
        (Dimensions, Values, Scales) = (dimensions, values, scales);
    }

    /// <summary>Numbers in a vector.</summary>
    public int Dimensions { get; }

    /// <summary>Vectors.</summary>
    public int Count => Scales.Length;

    internal sbyte[] Values { get; }

    internal float[] Scales { get; }

    /// <summary>Rounds vectors to 8 bits.</summary>
    /// <param name="vectors">Row by row.</param>
    /// <param name="dimensions">Numbers in a vector.</param>
    public static RoundedVectors Of(ReadOnlySpan<float> vectors, int dimensions)
    {
        var count = vectors.Length / dimensions;
        var (values, scales) = (new sbyte[vectors.Length], new float[count]);
        for (var vector = 0; vector < count; vector++)
        {
            var row = vectors.Slice(vector * dimensions, dimensions);
            scales[vector] = Math.Abs(TensorPrimitives.MaxMagnitude(row)) / 127;
            for (var d = 0; d < dimensions && scales[vector] > 0; d++)
            {
                values[(vector * dimensions) + d] = (sbyte)MathF.Round(row[d] / scales[vector]);
            }
        }

        return new(dimensions, values, scales);
    }

    /// <summary>Some of the vectors, with the numbers from some place on at zero.</summary>
    /// <param name="rows">Which, in their new order.</param>
    /// <param name="dimensions">Numbers that stay.</param>
    public RoundedVectors Select(IReadOnlyList<int> rows, int dimensions) => new(
        Dimensions,
        [.. rows.SelectMany(row => Values.AsSpan(row * Dimensions, dimensions).ToArray().Concat(new sbyte[Dimensions - dimensions]))],
        [.. rows.Select(row => Scales[row])]);

    /// <summary>Adds a vector, times a weight, to a sum of as many numbers.</summary>
    public void AddTo(int row, float weight, Span<float> sum)
    {
        var numbers = Values.AsSpan(row * Dimensions, Dimensions);
        var scale = weight * Scales[row];
        sum = sum[..Dimensions];
        var i = 0;
        for (; i <= numbers.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            ((Widening.ToSingle(in numbers[i]) * scale) + Vector256.LoadUnsafe(ref sum[i])).StoreUnsafe(ref sum[i]);
        }

        for (; i < numbers.Length; i++)
        {
            sum[i] += numbers[i] * scale;
        }
    }
}
