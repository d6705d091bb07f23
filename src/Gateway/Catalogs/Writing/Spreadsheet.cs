using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Catalogs.Writing;

/// <summary>CSV as spreadsheets read it: a byte order mark, and an apostrophe before what they would run as a formula.</summary>
internal sealed class Spreadsheet(string delimiter)
{
    public const string ContentType = "text/csv; charset=utf-8";

    /// <exception cref="MatchingException">Invalid: an unknown delimiter.</exception>
    public static Spreadsheet Of(string delimiter) => delimiter switch
    {
        "" or "," => new(","),
        ";" => new(";"),
        _ => throw MatchingException.Invalid("delimiter", $"'{ResourceId.Excerpt(delimiter)}' is neither a comma nor a semicolon."),
    };

    /// <summary>What a message of a stream carries: transcoding to JSON ends each with a line break of its own.</summary>
    public static ReadOnlyMemory<byte> ForTransport(byte[] lines, ServerCallContext context) =>
        context.GetHttpContext().Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true ? lines : lines.AsMemory().TrimEnd("\r\n"u8);

    /// <summary>The byte order mark and the header.</summary>
    public byte[] Begin(IEnumerable<string> names) => [.. Encoding.UTF8.Preamble, .. Write([names])];

    public byte[] Write(IEnumerable<IEnumerable<string>> rows)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var writer = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = delimiter,
            InjectionOptions = InjectionOptions.Escape,
            InjectionCharacters = ['=', '@', '+', '-', '\t', '\r', '\''],
            InjectionEscapeCharacter = '\'',
        }))
        {
            foreach (var row in rows)
            {
                foreach (var cell in row)
                {
                    writer.WriteField(cell);
                }

                writer.NextRecord();
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
