using System.Text;

namespace CooperaNet.Matching.Tests.Onnx;

/// <summary>Writes messages of Protocol Buffers by field number.</summary>
internal static class Proto
{
    public static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(field => field)];

    public static byte[] Text(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    public static byte[] Field(int field, byte[] bytes) => [.. Varint((field << 3) | 2), .. Varint(bytes.Length), .. bytes];

    public static byte[] Number(int field, long value) => [.. Varint(field << 3), .. Varint(value)];

    public static byte[] Real(int field, float value) => [.. Varint((field << 3) | 5), .. BitConverter.GetBytes(value)];

    private static IEnumerable<byte> Varint(long value)
    {
        for (; value >= 128; value >>= 7)
        {
            yield return (byte)(value | 128);
        }

        yield return (byte)value;
    }
}
