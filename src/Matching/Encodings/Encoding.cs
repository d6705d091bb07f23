using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace CooperaNet.Matching.Encodings;

/// <summary>What the model understands of one text, in the form the index holds.</summary>
/// <param name="Language">Position in LanguageDetector.Languages.</param>
/// <param name="Terms">Stems, by their ids in the vocabulary.</param>
/// <param name="Lengths">By language, the length of the terms' translation into it; 1 for the text's own.</param>
/// <param name="Concepts">Concepts of the thesaurus with their broader ones.</param>
/// <param name="Code">See <see cref="SemanticCode"/>.</param>
public sealed record Encoding(int Language, SparseVector Terms, float[] Lengths, SparseVector Concepts, sbyte[] Code)
{
    /// <summary>Terms and concepts kept of each kind; see docs/algorithms.md for what is lost.</summary>
    public const int MaxFeatures = 128;

    /// <summary>Writes the encoding as bytes, little-endian: language, lengths, code, and two vectors, each a 16-bit count, 32-bit ids and half-precision weights.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[1 + (4 * Lengths.Length) + SemanticCode.Length + Size(Terms) + Size(Concepts)];
        bytes[0] = (byte)Language;
        var rest = bytes.AsSpan(1);
        foreach (var length in Lengths)
        {
            BinaryPrimitives.WriteSingleLittleEndian(rest, length);
            rest = rest[4..];
        }

        MemoryMarshal.AsBytes(Code.AsSpan()).CopyTo(rest);
        rest = rest[SemanticCode.Length..];
        Write(Terms, rest);
        Write(Concepts, rest[Size(Terms)..]);
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static Encoding FromBytes(ReadOnlySpan<byte> bytes)
    {
        var lengths = new float[Languages.LanguageDetector.Languages.Count];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(1 + (4 * i))..]);
        }

        var rest = bytes[(1 + (4 * lengths.Length))..];
        var code = MemoryMarshal.Cast<byte, sbyte>(rest[..SemanticCode.Length]).ToArray();
        var terms = Read(rest[SemanticCode.Length..]);
        return new(bytes[0], terms, lengths, Read(rest[(SemanticCode.Length + Size(terms))..]), code);
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null for bytes that are of another length or language.</summary>
    public static Encoding? Find(ReadOnlySpan<byte> bytes)
    {
        var start = 1 + (4 * Languages.LanguageDetector.Languages.Count) + SemanticCode.Length;
        if (bytes.Length < start || bytes[0] >= Languages.LanguageDetector.Languages.Count)
        {
            return null;
        }

        var rest = bytes[start..];
        for (var vector = 0; vector < 2; vector++)
        {
            if (rest.Length < 2 || 2 + (6 * BinaryPrimitives.ReadUInt16LittleEndian(rest)) is var size && rest.Length < size)
            {
                return null;
            }

            rest = rest[size..];
        }

        return rest.IsEmpty ? FromBytes(bytes) : null;
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
