using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using CooperaNet.Matching.Encodings;

namespace CooperaNet.Matching.Index;

/// <summary>
/// The codes of a block's items in two planes: the upper four bits of each number, which a first pass reads (128 bytes an item),
/// and the lower four, which only the best items need to be told exactly. Immutable.
/// </summary>
/// <remarks>
/// Byte i of a plane holds the bits of number i below and those of number i + 128 above. Upper bits are stored as 0 to 15 for
/// -8 to 7. All sums are of whole numbers, so that every machine gets the same.
/// </remarks>
internal sealed class CodePlanes(int count)
{
    private const int RowLength = SemanticCode.Length / 2;
    private readonly byte[] upper = new byte[count * RowLength];
    private readonly byte[] lower = new byte[count * RowLength];

    public void Set(int ordinal, ReadOnlySpan<sbyte> code)
    {
        for (var i = 0; i < RowLength; i++)
        {
            var (first, second) = (code[i], code[i + RowLength]);
            upper[(ordinal * RowLength) + i] = (byte)(((first >> 4) + 8) | (((second >> 4) + 8) << 4));
            lower[(ordinal * RowLength) + i] = (byte)((first & 0xF) | ((second & 0xF) << 4));
        }
    }

    public void Copy(CodePlanes from, int fromOrdinal, int ordinal)
    {
        from.upper.AsSpan(fromOrdinal * RowLength, RowLength).CopyTo(upper.AsSpan(ordinal * RowLength));
        from.lower.AsSpan(fromOrdinal * RowLength, RowLength).CopyTo(lower.AsSpan(ordinal * RowLength));
    }

    /// <summary>An item's code, exactly.</summary>
    public void Get(int ordinal, Span<sbyte> code)
    {
        var bits = Vector128.Create((byte)0xF);
        for (var i = 0; i < RowLength; i += Vector128<byte>.Count)
        {
            var high = Vector128.LoadUnsafe(ref upper[(ordinal * RowLength) + i]);
            var low = Vector128.LoadUnsafe(ref lower[(ordinal * RowLength) + i]);
            ((((high & bits) - Vector128.Create((byte)8)) << 4) | (low & bits)).AsSByte().CopyTo(code[i..]);
            ((((high >>> 4) - Vector128.Create((byte)8)) << 4) | (low >>> 4)).AsSByte().CopyTo(code[(i + RowLength)..]);
        }
    }

    /// <summary>The products of a query with items, by their upper bits: off by what the lower bits would add.</summary>
    /// <param name="query">A code; see <see cref="SemanticCode"/>.</param>
    /// <param name="first">The first item; as many follow as there is room for answers.</param>
    /// <param name="meanings">Filled, one an item: the product of the meanings, in units of <see cref="SemanticCode.MeaningUnit"/>.</param>
    /// <param name="topics">Filled: the product of the topics, in units of <see cref="SemanticCode.TopicUnit"/>.</param>
    public void Products(CoarseQuery query, int first, Span<float> meanings, Span<float> topics)
    {
        ref var rows = ref MemoryMarshal.GetArrayDataReference(upper);
        var vectors = new QueryVectors(query);
        var i = 0;
        for (; Avx2.IsSupported && i + 3 < meanings.Length; i += 4)
        {
            ref var row = ref Unsafe.Add(ref rows, (first + i) * RowLength);
            var (meaning0, topic0) = Parts(vectors, ref row);
            var (meaning1, topic1) = Parts(vectors, ref Unsafe.Add(ref row, RowLength));
            var (meaning2, topic2) = Parts(vectors, ref Unsafe.Add(ref row, 2 * RowLength));
            var (meaning3, topic3) = Parts(vectors, ref Unsafe.Add(ref row, 3 * RowLength));
            Number(Sums(meaning0, meaning1, meaning2, meaning3), query.MeaningOffset).CopyTo(meanings[i..]);
            Number(Sums(topic0, topic1, topic2, topic3), query.TopicOffset).CopyTo(topics[i..]);
        }

        for (; i < meanings.Length; i++)
        {
            var (meaning, topic) = Preferred(query, first + i);
            (meanings[i], topics[i]) = ((16 * meaning) - query.MeaningOffset, (16 * topic) - query.TopicOffset);
        }
    }

    /// <summary>What <see cref="Products"/> gives on machines without the instructions that it prefers.</summary>
    internal (int Meaning, int Topic) Portable(CoarseQuery query, int ordinal) => Portable(query, ref upper[ordinal * RowLength]);

    /// <summary>The same as <see cref="Products"/> computes for one item.</summary>
    internal (int Meaning, int Topic) Preferred(CoarseQuery query, int ordinal)
    {
        if (!Avx2.IsSupported)
        {
            return Portable(query, ordinal);
        }

        var (meaning, topic) = Parts(new QueryVectors(query), ref upper[ordinal * RowLength]);
        return (Vector256.Sum(meaning), Vector256.Sum(topic));
    }

    /// <summary>Eight sums each that add up to the products of one item.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> Meaning, Vector256<int> Topic) Parts(in QueryVectors query, ref byte row) => AvxVnni.IsSupported ? WithVnni(query, ref row) : WithAvx2(query, ref row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> Meaning, Vector256<int> Topic) WithVnni(in QueryVectors query, ref byte row)
    {
        var mask = Vector256.Create((byte)0xF);
        var bytes0 = Vector256.LoadUnsafe(ref row);
        var bytes1 = Vector256.LoadUnsafe(ref row, 32);
        var bytes2 = Vector256.LoadUnsafe(ref row, 64);
        var bytes3 = Vector256.LoadUnsafe(ref row, 96);
        var (even, odd) = (Vector256<int>.Zero, Vector256<int>.Zero);
        even = AvxVnni.MultiplyWideningAndAdd(even, bytes0 & mask, query.Of0);
        odd = AvxVnni.MultiplyWideningAndAdd(odd, bytes1 & mask, query.Of1);
        even = AvxVnni.MultiplyWideningAndAdd(even, bytes2 & mask, query.Of2);
        odd = AvxVnni.MultiplyWideningAndAdd(odd, bytes3 & mask, query.Of3);
        even = AvxVnni.MultiplyWideningAndAdd(even, Upper(bytes0) & mask, query.Of4);
        odd = AvxVnni.MultiplyWideningAndAdd(odd, Upper(bytes1) & mask, query.Of5);
        even = AvxVnni.MultiplyWideningAndAdd(even, Upper(bytes2) & mask, query.Of6);
        var topic = AvxVnni.MultiplyWideningAndAdd(Vector256<int>.Zero, Upper(bytes3) & mask, query.Of7);
        return (even + odd, topic);
    }

    /// <summary>Written out: as a loop it takes twice as long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> Meaning, Vector256<int> Topic) WithAvx2(in QueryVectors query, ref byte row)
    {
        var mask = Vector256.Create((byte)0xF);
        var ones = Vector256.Create((short)1);
        var bytes0 = Vector256.LoadUnsafe(ref row);
        var bytes1 = Vector256.LoadUnsafe(ref row, 32);
        var bytes2 = Vector256.LoadUnsafe(ref row, 64);
        var bytes3 = Vector256.LoadUnsafe(ref row, 96);
        // Seven products of two numbers, at most 15 x 127 each: fits.
        var even = Avx2.MultiplyAddAdjacent(bytes0 & mask, query.Of0) + Avx2.MultiplyAddAdjacent(bytes2 & mask, query.Of2) + Avx2.MultiplyAddAdjacent(Upper(bytes0) & mask, query.Of4) + Avx2.MultiplyAddAdjacent(Upper(bytes2) & mask, query.Of6);
        var odd = Avx2.MultiplyAddAdjacent(bytes1 & mask, query.Of1) + Avx2.MultiplyAddAdjacent(bytes3 & mask, query.Of3) + Avx2.MultiplyAddAdjacent(Upper(bytes1) & mask, query.Of5);
        return (Avx2.MultiplyAddAdjacent(even + odd, ones), Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(Upper(bytes3) & mask, query.Of7), ones));
    }

    private static (int Meaning, int Topic) Portable(CoarseQuery query, ref byte row)
    {
        var (meaning, topic) = (0, 0);
        for (var i = 0; i < RowLength; i++)
        {
            var bits = Unsafe.Add(ref row, i);
            meaning += query.Code[i] * (bits & 0xF);
            if (i + RowLength < SemanticCode.MeaningLength)
            {
                meaning += query.Code[i + RowLength] * (bits >> 4);
            }
            else
            {
                topic += query.Code[i + RowLength] * (bits >> 4);
            }
        }

        return (meaning, topic);
    }

    /// <summary>A query's code in registers.</summary>
    private readonly struct QueryVectors(CoarseQuery query)
    {
        public readonly Vector256<sbyte> Of0 = query[0];
        public readonly Vector256<sbyte> Of1 = query[1];
        public readonly Vector256<sbyte> Of2 = query[2];
        public readonly Vector256<sbyte> Of3 = query[3];
        public readonly Vector256<sbyte> Of4 = query[4];
        public readonly Vector256<sbyte> Of5 = query[5];
        public readonly Vector256<sbyte> Of6 = query[6];
        public readonly Vector256<sbyte> Of7 = query[7];
    }

    private static Vector256<byte> Upper(Vector256<byte> bytes) => (bytes.AsUInt16() >> 4).AsByte();

    /// <summary>The sums of four vectors, which wait for each other less than four sums one by one.</summary>
    private static Vector128<int> Sums(Vector256<int> first, Vector256<int> second, Vector256<int> third, Vector256<int> fourth)
    {
        var sums = Avx2.HorizontalAdd(Avx2.HorizontalAdd(first, second), Avx2.HorizontalAdd(third, fourth));
        return sums.GetLower() + sums.GetUpper();
    }

    private static Vector128<float> Number(Vector128<int> products, float offset) => Vector128.ConvertToSingle(16 * products) - Vector128.Create(offset);
}

/// <summary>A query's code, laid out for <see cref="CodePlanes.Products"/>.</summary>
internal sealed class CoarseQuery
{
    public CoarseQuery(sbyte[] code)
    {
        Code = code;
        // An item's number is 16 times its upper bits, less 128, plus 7.5 in the middle for the lower ones.
        MeaningOffset = 120.5f * code.AsSpan(0, SemanticCode.MeaningLength).ToArray().Sum(value => (int)value);
        TopicOffset = 120.5f * code.AsSpan(SemanticCode.MeaningLength).ToArray().Sum(value => (int)value);
    }

    public sbyte[] Code { get; }

    public float MeaningOffset { get; }

    public float TopicOffset { get; }

    public Vector256<sbyte> this[int chunk] => Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Code), (nuint)(chunk * Vector256<sbyte>.Count));
}
