namespace CooperaNet.Matching.Gateway.Catalogs.Reading;

/// <summary>Text of which no more than so many characters may be read after <see cref="Reset"/> is called: a row without an end must not fill the memory.</summary>
internal sealed class RowLimit(TextReader text, int limit) : TextReader
{
    private int left;

    /// <summary>A row begins.</summary>
    public void Reset() => left = limit;

    /// <exception cref="RowTooLongException">The row is longer than allowed.</exception>
    public override async ValueTask<int> ReadAsync(Memory<char> buffer, CancellationToken cancellationToken = default) => Count(await text.ReadAsync(buffer, cancellationToken));

    public override async Task<int> ReadAsync(char[] buffer, int index, int count) => Count(await text.ReadAsync(buffer, index, count));

    public override int Read(char[] buffer, int index, int count) => Count(text.Read(buffer, index, count));

    private int Count(int read) => (left -= read) >= 0 ? read : throw new RowTooLongException();
}

/// <summary>A row has more characters than allowed.</summary>
internal sealed class RowTooLongException : Exception;
