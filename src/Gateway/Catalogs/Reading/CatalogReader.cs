using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.V1;
using CsvHelper;
using CsvHelper.Configuration;
using Google.Protobuf;

namespace CooperaNet.Matching.Gateway.Catalogs.Reading;

/// <summary>What a file is read with.</summary>
/// <param name="Mapping">Field to column.</param>
/// <param name="Values">A value of the file to what it means.</param>
/// <param name="DefaultKind">What a row is that doesn't say.</param>
/// <param name="LanguageCode">The language of rows that don't say; empty to detect it.</param>
internal sealed record ReadingRules(IReadOnlyDictionary<string, string> Mapping, IReadOnlyDictionary<string, string> Values, ItemKind DefaultKind, string LanguageCode);

/// <summary>Reads a catalogue file row by row, in bounded memory.</summary>
internal sealed class CatalogReader(Stream file, FileStart start, ReadingRules rules)
{
    /// <summary>Characters of one cell or JSON line; an unclosed quote ends here.</summary>
    private const int MaxCell = 100_000;

    /// <summary>Characters of one CSV row.</summary>
    private const int MaxRow = 1_000_000;

    private static readonly JsonParser Json = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>How the file is read; complete once the first row was read.</summary>
    public V1.CatalogFile File { get; } = new() { Format = start.Format, Encoding = start.EncodingName };

    /// <summary>The rows; one that cannot be read comes with its errors.</summary>
    /// <exception cref="CatalogFormatException">The file cannot be read, or no further.</exception>
    public IAsyncEnumerable<Matching.Catalogs.CatalogRow> ReadAsync(CancellationToken cancellationToken) =>
        start.Format == CatalogFormat.JsonLines ? ReadLinesAsync(cancellationToken) : ReadCsvAsync(cancellationToken);

    private async IAsyncEnumerable<Matching.Catalogs.CatalogRow> ReadCsvAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var text = new StreamReader(file, start.Encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        using var limited = new RowLimit(text, MaxRow);
        using var parser = new CsvParser(limited, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            DetectDelimiterValues = [",", ";", "\t"],
            BadDataFound = null, // a quote within an unquoted cell is only a quote
            MaxFieldSize = MaxCell,
            TrimOptions = TrimOptions.Trim,
        });
        if (!await NextAsync(parser, limited, 0))
        {
            throw new CatalogFormatException("The file has no header line.");
        }

        var columns = new Columns([.. parser.Record!], rules.Mapping);
        File.Delimiter = parser.Delimiter;
        File.Mapping.Add(columns.Mapping.ToDictionary());
        File.IgnoredColumns.Add(columns.Ignored);
        var values = new CellValues(rules.Values);
        for (var row = 1; await NextAsync(parser, limited, row);)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var cells = parser.Record!;
            if (cells.All(cell => cell.Length == 0))
            {
                continue;
            }

            row++;
            yield return ToRow(columns, values, cells, IsOpen(parser));
        }
    }

    private static async Task<bool> NextAsync(CsvParser parser, RowLimit limited, int row)
    {
        try
        {
            limited.Reset();
            return await parser.ReadAsync();
        }
        catch (MaxFieldSizeException)
        {
            throw new CatalogFormatException($"Row {row} has a cell of more than {MaxCell:N0} characters. Is a quotation mark left open?");
        }
        catch (RowTooLongException)
        {
            throw new CatalogFormatException($"Row {row} has more than {MaxRow:N0} characters. Are the line breaks of a table kept?");
        }
    }

    /// <summary>True when the file ended within a quoted cell: it was cut off.</summary>
    private static bool IsOpen(CsvParser parser) => parser.RawRecord is { Length: > 0 } raw && raw[^1] is not ('\n' or '\r') && raw.Count(c => c == '"') % 2 == 1;

    private Matching.Catalogs.CatalogRow ToRow(Columns columns, CellValues values, string[] cells, bool open)
    {
        var errors = new List<FieldViolation>();
        if (open)
        {
            errors.Add(new("", "the file ends within a quoted cell: it seems to be cut off."));
        }

        if (cells.Length > columns.Header.Count && cells.Skip(columns.Header.Count).Any(cell => cell.Length > 0))
        {
            errors.Add(new("", $"the row has {cells.Length} cells, the header {columns.Header.Count}. Is a cell with a separator in it missing its quotation marks?"));
        }

        string Cell(string field) => Plain(columns.Cell(cells, field));
        var language = values.ToLanguage(Cell("languageCode"));
        var content = new ItemContent
        {
            SourceReference = Cell("sourceReference"),
            Title = Cell("title"),
            Summary = Cell("summary"),
            LanguageCode = language.Length > 0 ? language : rules.LanguageCode,
            AreasOfFocus = values.ToAreas(Cell("areasOfFocus"), errors),
            Goals = values.ToGoals(Cell("goals"), errors),
            Maturity = values.ToMaturity(Cell("maturity"), errors),
            ResponsibleInstitution = Cell("responsibleInstitution"),
            Modalities = CellValues.ToList(Cell("modalities")),
            DcfProject = Cell("dcfProject"),
            Links = CellValues.ToList(Cell("links")),
            ExpireTime = values.ToTime(Cell("expireTime"), errors),
        };
        foreach (var field in (string[])["sourceReference", "title", "summary", "responsibleInstitution"])
        {
            if (Cell(field).Contains('\uFFFD', StringComparison.Ordinal))
            {
                errors.Add(new(field, $"contains bytes that are not {start.EncodingName}: the file mixes encodings. Save it as \"CSV UTF-8\"."));
            }
        }

        return new(values.ToKind(Cell("kind"), errors) ?? rules.DefaultKind, content, errors, columns.ItemFields, Cell("item"));
    }

    /// <summary>Takes back the apostrophe that an export puts before what a spreadsheet would run as a formula.</summary>
    private static string Plain(string cell) => cell is ['\'', '=' or '+' or '-' or '@' or '\t' or '\r' or '\'', ..] ? cell[1..] : cell;

    private async IAsyncEnumerable<Matching.Catalogs.CatalogRow> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var text = new StreamReader(file, start.Encoding, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        var line = new StringBuilder();
        var buffer = new char[16 * 1024];
        var row = 1;
        for (int read; (read = await text.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            for (var rest = new ReadOnlyMemory<char>(buffer, 0, read); rest.Length > 0;)
            {
                var end = rest.Span.IndexOf('\n');
                line.Append(end < 0 ? rest : rest[..end]);
                if (line.Length > MaxCell)
                {
                    throw new CatalogFormatException($"Line {row} has more than {MaxCell:N0} characters.");
                }

                if (end < 0)
                {
                    break;
                }

                if (ToRow(line) is { } found)
                {
                    row++;
                    yield return found;
                }

                rest = rest[(end + 1)..];
            }
        }

        if (ToRow(line) is { } last)
        {
            yield return last;
        }
    }

    private Matching.Catalogs.CatalogRow? ToRow(StringBuilder line)
    {
        var json = line.ToString().Trim();
        line.Clear();
        if (json.Length == 0)
        {
            return null;
        }

        try
        {
            var row = CatalogWire.ToRow(Json.Parse<V1.CatalogRow>(json));
            return row with { Kind = row.Kind ?? rules.DefaultKind, Content = row.Content.LanguageCode.Length > 0 ? row.Content : row.Content with { LanguageCode = rules.LanguageCode } };
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or InvalidJsonException or MatchingException)
        {
            return new(rules.DefaultKind, new ItemContent(), [new("", $"the line is not a catalogue row in JSON: {error.Message}")]);
        }
    }
}
