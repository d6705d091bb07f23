using CooperaNet.Matching.V1;
using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Catalogs.Reading;

/// <summary>The file within a stream of requests, as a stream of bytes; reads no further than it is asked to, so that a fast client waits.</summary>
internal sealed class ContentStream(IAsyncStreamReader<StreamCatalogImportRequest> requests) : Stream
{
    private ReadOnlyMemory<byte> rest;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (rest.Length == 0)
        {
            if (!await requests.MoveNext(cancellationToken))
            {
                return 0;
            }

            rest = requests.Current.PartCase == StreamCatalogImportRequest.PartOneofCase.Content
                ? requests.Current.Content.Memory
                : throw MatchingException.Invalid("settings", "stand in the first message only.");
        }

        var count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        rest = rest[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
