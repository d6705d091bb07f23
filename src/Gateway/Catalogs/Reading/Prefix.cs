using System.IO.Pipelines;

namespace CooperaNet.Matching.Gateway.Catalogs.Reading;

/// <summary>Looks at a stream's beginning without taking it away.</summary>
internal static class Prefix
{
    /// <summary>Up to <paramref name="length"/> first bytes, and a stream that begins with them.</summary>
    public static async Task<(ReadOnlyMemory<byte> Head, Stream Whole)> ReadAsync(Stream stream, int length, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        var result = await reader.ReadAtLeastAsync(length, cancellationToken);
        var head = System.Buffers.BuffersExtensions.ToArray(result.Buffer.Slice(0, Math.Min(length, result.Buffer.Length)));
        reader.AdvanceTo(result.Buffer.Start);
        return (head, reader.AsStream(leaveOpen: false));
    }
}
