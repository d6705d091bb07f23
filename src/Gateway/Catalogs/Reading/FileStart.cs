using System.Text;
using CooperaNet.Matching.V1;

namespace CooperaNet.Matching.Gateway.Catalogs.Reading;

/// <summary>What a file's first bytes say: its encoding, its format, or that it is no catalogue at all.</summary>
/// <param name="Encoding">How its bytes become characters; bytes that are not valid become U+FFFD.</param>
/// <param name="Format">CSV or JSON lines.</param>
internal sealed record FileStart(Encoding Encoding, CatalogFormat Format)
{
    /// <summary>Bytes looked at.</summary>
    public const int Length = 256 * 1024;

    static FileStart() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>utf-8, utf-16 or windows-1252.</summary>
    public string EncodingName => Encoding.WebName.StartsWith("utf-16", StringComparison.Ordinal) ? "utf-16" : Encoding.WebName;

    /// <exception cref="CatalogFormatException">Neither CSV nor JSON lines.</exception>
    public static FileStart Of(ReadOnlySpan<byte> bytes, CatalogFormat asked)
    {
        if (bytes.Length == 0)
        {
            throw new CatalogFormatException("The file is empty.");
        }

        if (bytes.StartsWith("PK\x03\x04"u8) || bytes.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            throw new CatalogFormatException("The file is a spreadsheet or an archive (ZIP), not CSV. Open it in the spreadsheet program and save it as \"CSV UTF-8\".");
        }

        var encoding = EncodingOf(bytes);
        if (encoding.CodePage is not (1200 or 1201) && bytes.Contains((byte)0))
        {
            throw new CatalogFormatException("The file contains zero bytes: it is not a text file. Save the catalogue as \"CSV UTF-8\".");
        }

        var text = encoding.GetString(bytes[..Math.Min(bytes.Length, 1_000)]).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.StartsWith('<'))
        {
            throw new CatalogFormatException("The file is HTML or XML, not CSV: some programs save a web page under the name of a spreadsheet. Open it in a spreadsheet program and save it as \"CSV UTF-8\".");
        }

        return new(encoding, asked != CatalogFormat.Unspecified ? asked : text.StartsWith('{') ? CatalogFormat.JsonLines : CatalogFormat.Csv);
    }

    /// <summary>UTF-16 by its byte order mark; UTF-8 when valid, or when more of its characters are valid UTF-8 than not (the others are reported row by row); otherwise Windows-1252.</summary>
    private static Encoding EncodingOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            return Encoding.Unicode;
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return Encoding.BigEndianUnicode;
        }

        var (valid, broken) = (0, 0);
        while (bytes.Length > 0)
        {
            var ascii = bytes.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
            if (ascii < 0)
            {
                break;
            }

            bytes = bytes[ascii..];
            var status = Rune.DecodeFromUtf8(bytes, out _, out var consumed);
            if (status == System.Buffers.OperationStatus.NeedMoreData)
            {
                break;
            }

            (valid, broken) = status == System.Buffers.OperationStatus.Done ? (valid + 1, broken) : (valid, broken + 1);
            bytes = bytes[consumed..];
        }

        return broken > valid ? Encoding.GetEncoding(1252) : new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
    }
}
