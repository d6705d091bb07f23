using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace CooperaNet.Matching.Training;

/// <summary>Learns one vector a word, in one space for all languages, from texts that say the same in several.</summary>
/// <remarks>
/// Latent semantic indexing across languages: Deerwester et al., <i>Indexing by Latent Semantic Analysis</i> (1990); Dumais,
/// Letsche, Littman and Landauer, <i>Automatic Cross-Language Retrieval Using Latent Semantic Indexing</i> (1997). The
/// decomposition is ML.NET's randomised PCA. A word's vector is its row of V·S, brought to unit length: the raw rows of V
/// are short for rare words, which are the informative ones.
/// </remarks>
public static class VectorLearner
{
    /// <summary>Learns from rows of weighted terms.</summary>
    /// <param name="ml">The ML.NET context.</param>
    /// <param name="rows">Term ids below <paramref name="terms"/>, ascending, with their weights.</param>
    /// <param name="terms">Terms in all.</param>
    /// <param name="dimensions">Dimensions of a vector.</param>
    /// <returns>Terms x dimensions, row by row, each row of unit length.</returns>
    public static float[] Learn(MLContext ml, IReadOnlyList<(int[] Ids, float[] Weights)> rows, int terms, int dimensions)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, terms);
        var data = ml.Data.LoadFromEnumerable(rows.Select(row => new Row { Features = new(terms, row.Ids.Length, row.Weights, row.Ids) }), schema);
        var pca = ml.Transforms.ProjectToPrincipalComponents("Projection", "Features", rank: dimensions, overSampling: 20, ensureZeroMean: false, seed: 1).Fit(data);
        // A unit row tells the term's row of V; the singular values aren't exposed, but are the norms of the projected columns.
        var vectors = new float[terms * dimensions];
        var unit = ml.Data.LoadFromEnumerable(Enumerable.Range(0, terms).Select(term => new Row { Features = new(terms, 1, [1f], [term]) }), schema);
        foreach (var (vector, term) in pca.Transform(unit).GetColumn<VBuffer<float>>("Projection").Select((vector, term) => (vector, term)))
        {
            vector.CopyTo(vectors.AsSpan(term * dimensions, dimensions));
        }

        var (squares, projected) = (new double[dimensions], new float[dimensions]);
        foreach (var (ids, weights) in rows)
        {
            Array.Clear(projected);
            for (var i = 0; i < ids.Length; i++)
            {
                TensorPrimitives.MultiplyAdd(vectors.AsSpan(ids[i] * dimensions, dimensions), weights[i], projected, projected);
            }

            for (var d = 0; d < dimensions; d++)
            {
                squares[d] += (double)projected[d] * projected[d];
            }
        }

        var scale = squares.Select(square => (float)Math.Sqrt(square)).ToArray();
        for (var term = 0; term < terms; term++)
        {
            var row = vectors.AsSpan(term * dimensions, dimensions);
            TensorPrimitives.Multiply(row, scale, row);
            var norm = TensorPrimitives.Norm<float>(row);
            if (norm > 0)
            {
                TensorPrimitives.Divide(row, norm, row);
            }
        }

        return vectors;
    }

    private sealed class Row
    {
        public VBuffer<float> Features { get; set; }
    }
}
