using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CooperaNet.Matching.Encodings;

/// <summary>
/// What the first scan reads of a text: 224 numbers of its meaning and 32 of its topic, a byte each. Both are unit vectors,
/// so that products are cosines.
/// </summary>
public static class SemanticCode
{
    /// <summary>Numbers of the meaning.</summary>
    public const int MeaningLength = 224;

    /// <summary>Numbers of the topic.</summary>
    public const int TopicLength = 32;

    /// <summary>Bytes of a code.</summary>
    public const int Length = MeaningLength + TopicLength;

    private const float MeaningScale = 320; // numbers beyond ±0.4 are cut: they are rare in unit vectors of 224 dimensions, but for texts of few words
    private const float TopicScale = 127;

    /// <summary>What a product of two meanings' numbers is multiplied with to make it a cosine.</summary>
    internal const float MeaningUnit = 1 / (MeaningScale * MeaningScale);

    /// <summary>The same for topics.</summary>
    internal const float TopicUnit = 1 / (TopicScale * TopicScale);

    /// <summary>Rounds two unit vectors to a code.</summary>
    public static sbyte[] Of(ReadOnlySpan<float> meaning, ReadOnlySpan<float> topic)
    {
        var code = new sbyte[Length];
        Round(meaning, MeaningScale, code);
        Round(topic, TopicScale, code.AsSpan(MeaningLength));
        return code;
    }

    /// <summary>The cosines of two texts' meanings and topics, -1 to 1.</summary>
    public static (float Meaning, float Topic) Cosines(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right) => (
        Product(left[..MeaningLength], right[..MeaningLength]) * MeaningUnit,
        Product(left[MeaningLength..], right[MeaningLength..]) * TopicUnit);

    /// <summary>The exact product of two vectors of bytes; their length is a multiple of 32.</summary>
    internal static int Product(ReadOnlySpan<sbyte> left, ReadOnlySpan<sbyte> right)
    {
        ref var l = ref MemoryMarshal.GetReference(left);
        ref var r = ref MemoryMarshal.GetReference(right);
        var sum = Vector256<int>.Zero;
        for (nuint i = 0; i < (nuint)left.Length; i += 16)
        {
            var a = Vector128.LoadUnsafe(ref l, i);
            var b = Vector128.LoadUnsafe(ref r, i);
            if (Avx2.IsSupported)
            {
                sum += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(a), Avx2.ConvertToVector256Int16(b));
            }
            else
            {
                var products = Vector256.Create(Vector128.WidenLower(a) * Vector128.WidenLower(b), Vector128.WidenUpper(a) * Vector128.WidenUpper(b)); // at most 127 x 127: fits
                sum += Vector256.WidenLower(products) + Vector256.WidenUpper(products);
            }
        }

        return Vector256.Sum(sum);
    }

    private static void Round(ReadOnlySpan<float> values, float scale, Span<sbyte> code)
    {
        Span<float> scaled = stackalloc float[values.Length];
        TensorPrimitives.Multiply(values, scale, scaled);
        for (var i = 0; i < values.Length; i++)
        {
            code[i] = (sbyte)Math.Clamp(MathF.Round(scaled[i]), -127, 127);
        }
    }
}
