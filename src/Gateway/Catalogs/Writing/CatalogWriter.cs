using System.Globalization;
using System.Text;
using CooperaNet.Matching.Gateway.Catalogs.Reading;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Taxonomy;
using Google.Protobuf;

namespace CooperaNet.Matching.Gateway.Catalogs.Writing;

/// <summary>Writes items as a file that an import reads back unchanged.</summary>
internal abstract class CatalogWriter
{
    /// <summary>Of the bytes that come.</summary>
    public abstract string ContentType { get; }

    /// <exception cref="MatchingException">Invalid: an unknown format or delimiter.</exception>
    public static CatalogWriter Of(string format, string delimiter, string language) => (format, delimiter) switch
    {
        ("" or "csv", _) => new CsvCatalogWriter(delimiter, language),
        ("jsonl", _) => new JsonLinesCatalogWriter(),
        _ => throw MatchingException.Invalid("format", $"'{ResourceId.Excerpt(format)}' is neither csv nor jsonl."),
    };

    /// <summary>What stands before the first item.</summary>
    public abstract byte[] Begin();

    /// <summary>Some items, in order.</summary>
    public abstract byte[] Write(IReadOnlyList<Item> items);
}

/// <summary>CSV with a byte order mark, codes and names side by side; what a spreadsheet would run as a formula gets an apostrophe before it.</summary>
internal sealed class CsvCatalogWriter(string delimiter, string language) : CatalogWriter
{
    private static readonly (string Name, Func<Item, string, string> Value)[] Columns =
    [
        ("sourceReference", (item, _) => item.Content.SourceReference),
        ("item", (item, _) => item.Name),
        ("kind", (item, _) => item.Type == "need" ? "NEED" : "OFFER"),
        ("state", (item, _) => item.State.ToString().ToUpperInvariant()),
        ("title", (item, _) => item.Content.Title),
        ("summary", (item, _) => item.Content.Summary),
        ("languageCode", (item, _) => item.Content.LanguageCode),
        ("areasOfFocus", (item, _) => string.Join("; ", item.Content.AreasOfFocus)),
        ("areasOfFocusNames", (item, language) => string.Join("; ", item.Content.AreasOfFocus.Select(area => AreasOfFocus.All[AreasOfFocus.PositionOf(area)].Value.In(language)))),
        ("goals", (item, _) => string.Join("; ", item.Content.Goals)),
        ("goalNames", (item, language) => string.Join("; ", item.Content.Goals.Select(goal => Goals.NameOf(goal).In(language)))),
        ("maturity", (item, _) => CatalogWire.MaturityName(item.Content.Maturity)),
        ("responsibleInstitution", (item, _) => item.Content.ResponsibleInstitution),
        ("modalities", (item, _) => CellValues.FromList(item.Content.Modalities)),
        ("dcfProject", (item, _) => item.Content.DcfProject),
        ("links", (item, _) => CellValues.FromList(item.Content.Links)),
        ("expireTime", (item, _) => Time(item.ExpireTime)),
        ("country", (item, _) => item.Country),
        ("confirmTime", (item, _) => Time(item.ConfirmTime)),
        ("updateTime", (item, _) => Time(item.UpdateTime)),
    ];

    private readonly Spreadsheet sheet = Spreadsheet.Of(delimiter);

    public override string ContentType => Spreadsheet.ContentType;

    public override byte[] Begin() => sheet.Begin(Columns.Select(column => column.Name));

    public override byte[] Write(IReadOnlyList<Item> items) => sheet.Write(items.Select(item => Columns.Select(column => column.Value(item, language))));

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>One CatalogRow as JSON a line.</summary>
internal sealed class JsonLinesCatalogWriter : CatalogWriter
{
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default);

    public override string ContentType => "application/x-ndjson";

    public override byte[] Begin() => [];

    public override byte[] Write(IReadOnlyList<Item> items) => Encoding.UTF8.GetBytes(string.Concat(items.Select(item => Json.Format(CatalogWire.ToCatalogRow(item)) + "\n")));
}
