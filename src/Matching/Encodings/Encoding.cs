using System.Buffers.Binary;

namespace CooperaNet.Matching.Encodings;

/// <summary>What the model understands of one text, in the form the index holds.</summary>
/// <param name="Terms">Stemmed words.</param>
/// <param name="Grams">Character n-grams.</param>
public sealed record Encoding(SparseVector Terms, SparseVector Grams)
{
    /// <summary>Features kept of each kind; see docs/algorithms.md for what is lost.</summary>
    public const int MaxFeatures = 128;

    /// <summary>Writes the encoding as bytes, little-endian: two vectors, each a 16-bit count, 32-bit ids and half-precision weights.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size(Terms) + Size(Grams)];
        Write(Terms, bytes);
        Write(Grams, bytes.AsSpan(Size(Terms)));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static Encoding FromBytes(ReadOnlySpan<byte> bytes)
    {
        var terms = Read(bytes);
        return new(terms, Read(bytes[Size(terms)..]));
    }

    private static int Size(SparseVector vector) => 2 + (6 * vector.Ids.Length);

    private static void Write(SparseVector vector, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)vector.Ids.Length);
        for (var i = 0; i < vector.Ids.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[(2 + (4 * i))..], vector.Ids[i]);
            BinaryPrimitives.WriteHalfLittleEndian(bytes[(2 + (4 * vector.Ids.Length) + (2 * i))..], (Half)vector.Weights[i]);
        }
    }

    private static SparseVector Read(ReadOnlySpan<byte> bytes)
    {
        var count = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        var (ids, weights) = (new int[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            ids[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(2 + (4 * i))..]);
            weights[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 + (4 * count) + (2 * i))..]);
        }

        return new(ids, weights);
    }
}
