using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CooperaNet.Matching.Encodings;

/// <summary>Signed bytes as numbers of single precision, eight at a time.</summary>
internal static class Widening
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingle(ref readonly sbyte first)
    {
        var bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(in Unsafe.As<sbyte, byte>(ref Unsafe.AsRef(in first)))).AsSByte();
        return Vector256.ConvertToSingle(Avx2.IsSupported ? Avx2.ConvertToVector256Int32(bytes) : Widen(Vector128.WidenLower(bytes)));
    }

    private static Vector256<int> Widen(Vector128<short> eight) => Vector256.Create(Vector128.WidenLower(eight), Vector128.WidenUpper(eight));
}
