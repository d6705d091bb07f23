using System.Numerics.Tensors;

namespace CooperaNet.Matching.Onnx;

/// <summary>Brings vectors to fewer numbers by a fixed Gaussian matrix: with k numbers a cosine c keeps its value with a deviation of about (1 - c²) / √k.</summary>
/// <remarks>
/// O(from x to) for each vector. Source: Johnson, Lindenstrauss, Extensions of Lipschitz mappings into a Hilbert space (1984);
/// as a Gaussian matrix: Dasgupta, Gupta, An elementary proof of a theorem of Johnson and Lindenstrauss (2003).
/// </remarks>
internal sealed class RandomProjection
{
    private const ulong Seed = 0x5EED;
    private readonly float[] matrix; // to x from, row by row
    private readonly int from;

    public RandomProjection(int from, int to)
    {
        this.from = from;
        matrix = new float[from * to];
        var state = Seed;
        for (var i = 0; i < matrix.Length; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform(ref state))); // Box and Muller
            matrix[i] = (float)(radius * Math.Cos(2 * Math.PI * Uniform(ref state)) / Math.Sqrt(to));
        }
    }

    /// <summary>Fills <paramref name="projected"/>, whose length the matrix was made for.</summary>
    public void Project(ReadOnlySpan<float> vector, Span<float> projected)
    {
        for (var row = 0; row < projected.Length; row++)
        {
            projected[row] = TensorPrimitives.Dot(matrix.AsSpan(row * from, from), vector);
        }
    }

    /// <summary>0 to below 1, by SplitMix64: the matrix is part of stored encodings, so that it must not change with .NET's own generator.</summary>
    private static double Uniform(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
