namespace CooperaNet.Matching.Encodings;

/// <summary>What the model understands of one text, in the form the index holds.</summary>
/// <param name="Terms">Stemmed words.</param>
/// <param name="Grams">Character n-grams.</param>
public sealed record Encoding(SparseVector Terms, SparseVector Grams)
{
    /// <summary>Features kept of each kind; see docs/algorithms.md for what is lost.</summary>
    public const int MaxFeatures = 128;

    /// <summary>Writes the encoding as bytes: two vectors, each a count, ids and half-precision weights.</summary>
    public byte[] ToBytes()
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        foreach (var vector in (SparseVector[])[Terms, Grams])
        {
            writer.Write((ushort)vector.Ids.Length);
            foreach (var id in vector.Ids)
            {
                writer.Write(id);
            }

            foreach (var weight in vector.Weights)
            {
                writer.Write((Half)weight);
            }
        }

        return buffer.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static Encoding FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return new(ReadVector(reader), ReadVector(reader));
    }

    private static SparseVector ReadVector(BinaryReader reader)
    {
        var ids = new int[reader.ReadUInt16()];
        var weights = new float[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = reader.ReadInt32();
        }

        for (var i = 0; i < ids.Length; i++)
        {
            weights[i] = (float)reader.ReadHalf();
        }

        return new(ids, weights);
    }
}
