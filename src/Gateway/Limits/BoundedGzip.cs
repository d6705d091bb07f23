using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace CooperaNet.Matching.Gateway.Limits;

/// <summary>gzip for gRPC messages, of which none may grow beyond a limit when it is unpacked: gRPC itself limits the packed size only.</summary>
/// <param name="limit">Bytes of an unpacked message.</param>
internal sealed class BoundedGzip(long limit) : ICompressionProvider
{
    public string EncodingName => "gzip";

    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) => new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    public Stream CreateDecompressionStream(Stream stream) => new Bounded(new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true), limit);

    private sealed class Bounded(Stream unpacked, long limit) : Stream
    {
        private long read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Count(unpacked.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Count(await unpacked.ReadAsync(buffer, cancellationToken));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            unpacked.Dispose();
            base.Dispose(disposing);
        }

        private int Count(int bytes) => (read += bytes) <= limit ? bytes : throw new RpcException(new Status(StatusCode.ResourceExhausted, $"A message of more than {limit} bytes, unpacked, is not received."));
    }
}
