using System.Text;
using CooperaNet.Matching.Gateway.Catalogs.Reading;
using CooperaNet.Matching.V1;

namespace CooperaNet.Matching.ClusterTests.Gateway;

/// <summary>Files as people save them.</summary>
public class CatalogReaderTests
{
    private static readonly Dictionary<string, string> None = [];

    static CatalogReaderTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("utf-8", false, ";")]
    [InlineData("utf-8", true, ",")]
    [InlineData("windows-1252", false, ";")]
    [InlineData("utf-16", true, "\t")]
    public async Task Encoding_delimiter_and_columns_are_seen_from_the_file(string encoding, bool mark, string delimiter)
    {
        var text = string.Join(delimiter, "Código", "Título", "Descripción", "ODS", "Observación interna") + "\r\n"
            + string.Join(delimiter, "PE-1", "\"Gestión \"\"integrada\"\" del agua\"", "\"Dos líneas\r\ny una coma, aquí\"", "ODS 6", "x") + "\r\n";

        var (rows, file) = await ReadAsync(Bytes(text, encoding, mark));

        var row = Assert.Single(rows);
        Assert.Empty(row.Errors);
        Assert.Equal(("PE-1", "Gestión \"integrada\" del agua", "Dos líneas\r\ny una coma, aquí"), (row.Content.SourceReference, row.Content.Title, row.Content.Summary));
        Assert.Equal([6], row.Content.Goals);
        Assert.Equal((encoding, delimiter), (file.Encoding, file.Delimiter));
        Assert.Equal("Título", file.Mapping["title"]);
        Assert.Equal("Observación interna", Assert.Single(file.IgnoredColumns));
    }

    [Theory]
    [InlineData("6", 6)]
    [InlineData("ODS 6", 6)]
    [InlineData("ODS6", 6)]
    [InlineData("SDG 6: Clean Water", 6)]
    [InlineData("6.1", 6)]
    [InlineData("6.a", 6)]
    [InlineData("ODS N° 06 - Agua limpia", 6)]
    [InlineData("agua limpia y saneamiento", 6)]
    [InlineData("Industry, Innovation, and Infrastructure", 9)]
    [InlineData("6, 13", 6, 13)]
    [InlineData("6 y 13", 6, 13)]
    [InlineData("ODS 6; ODS 13", 6, 13)]
    [InlineData("6.1|13.b", 6, 13)]
    [InlineData("Agua", 6)]
    [InlineData("")]
    public void Goals_are_understood_as_people_write_them(string cell, params int[] goals)
    {
        var errors = new List<FieldViolation>();

        Assert.Equal(goals, new CellValues(new Dictionary<string, string> { ["agua"] = "6" }).ToGoals(cell, errors));
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("18")]
    [InlineData("0")]
    [InlineData("6, veinte")]
    [InlineData("2030")]
    public void What_is_no_goal_is_named(string cell)
    {
        var errors = new List<FieldViolation>();

        new CellValues(None).ToGoals(cell, errors);

        Assert.Equal("goals", Assert.Single(errors).Field);
    }

    [Theory]
    [InlineData("Innovación y Tecnología", "innovation-and-technology")]
    [InlineData("PEQUEÑAS Y MEDIANAS EMPRESAS", "small-and-medium-enterprises")]
    [InlineData("desarrollo economico y competitividad", "economic-development-and-competitiveness")]
    [InlineData("Cultura; Desarrollo social", "culture", "social-development")]
    [InlineData("Culture, Social Development", "culture", "social-development")]
    [InlineData("Développement durable et environnement", "sustainable-development-and-environment")]
    [InlineData("Agua y saneamiento", "sustainable-development-and-environment")]
    public void Areas_are_understood_in_four_languages(string cell, params string[] areas)
    {
        var errors = new List<FieldViolation>();

        Assert.Equal(areas, new CellValues(new Dictionary<string, string> { ["Agua y Saneamiento"] = "sustainable-development-and-environment" }).ToAreas(cell, errors));
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Accents_make_no_difference_to_columns_and_values()
    {
        var (rows, _) = await ReadAsync(Bytes("Nº,TITULO,Etapa,Idioma\n1,Un título,En ejecución,Español\n2,Otro título,EN EJECUCION,frances\n"));

        Assert.All(rows, row => Assert.Equal(Matching.Items.Maturity.InExecution, row.Content.Maturity));
        Assert.Equal(["es", "fr"], rows.Select(row => row.Content.LanguageCode));
    }

    [Fact]
    public async Task An_apostrophe_before_a_formula_is_taken_back()
    {
        var (rows, _) = await ReadAsync(Bytes("code,title\n1,'=Igualdad\n2,''=x\n3,'Apóstrofo'\n"));

        Assert.Equal(["=Igualdad", "'=x", "'Apóstrofo'"], rows.Select(row => row.Content.Title));
    }

    [Theory]
    [InlineData("code,title,summary\n1,Un título,\"cortado a la mi", "cut off")]
    [InlineData("code,title\n1,Un título,y,de,más\n", "5 cells")]
    [InlineData("code,title,goals\n1,Un título,99\n", "'99' is not a goal")]
    [InlineData("{\"title\":\"Un título\",\"goals\":\"x\"}\n", "not a catalogue row")]
    [InlineData("{\"title\":\"Un tít", "not a catalogue row")]
    public async Task A_row_that_cannot_be_read_says_why(string text, string complaint)
    {
        var (rows, _) = await ReadAsync(Bytes(text));

        Assert.Contains(complaint, Assert.Single(Assert.Single(rows).Errors).Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mixed_encodings_are_refused_row_by_row()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes("código,título,descripción\n1,Educación básica,línea\n2,"), 0x45, 0x6E, 0x65, 0x72, 0x67, 0xED, 0x61, .. Encoding.UTF8.GetBytes(" solar,\n")];

        var (rows, file) = await ReadAsync(bytes);

        Assert.Equal("utf-8", file.Encoding);
        Assert.Empty(rows[0].Errors);
        Assert.Equal("title", Assert.Single(rows[1].Errors).Field);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("PK\u0003\u0004 rest", "spreadsheet")]
    [InlineData("<html><table>", "HTML")]
    [InlineData("a\0b,c", "zero bytes")]
    [InlineData("asunto;otra\n1;2\n", "no column that is known as title")]
    public async Task What_is_no_catalogue_is_refused_with_advice(string text, string complaint) =>
        Assert.Contains(complaint, (await Assert.ThrowsAsync<CatalogFormatException>(() => ReadAsync(Bytes(text)))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task An_open_quote_or_a_huge_cell_ends_the_file()
    {
        var text = "code,title\n1,bueno título\n2,\"" + new string('x', 200_000) + "\n";

        Assert.Contains("more than 100,000 characters", (await Assert.ThrowsAsync<CatalogFormatException>(() => ReadAsync(Bytes(text)))).Message, StringComparison.Ordinal);
        Assert.Contains("more than 100,000 characters", (await Assert.ThrowsAsync<CatalogFormatException>(() => ReadAsync(Bytes("{" + new string(' ', 200_000))))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_without_an_end_ends_the_file_before_it_fills_the_memory()
    {
        using var endless = new Endless("a;"u8.ToArray());
        var reader = new CatalogReader(endless, new(Encoding.UTF8, CatalogFormat.Csv), new(None, None, ItemKind.Offer, ""));

        var refusal = await Assert.ThrowsAsync<CatalogFormatException>(async () => await reader.ReadAsync(TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken));

        Assert.Contains("more than 1,000,000 characters", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(endless.Read, 1_000_000, 1_200_000);
    }

    [Fact]
    public async Task A_mapping_wins_and_must_name_a_column_of_the_file()
    {
        var bytes = Bytes("clave,asunto,title\nx-1,El asunto,otro\n");

        var (rows, _) = await ReadAsync(bytes, new() { ["sourceReference"] = "Clave", ["title"] = "asunto" });

        Assert.Equal(("x-1", "El asunto"), (rows[0].Content.SourceReference, rows[0].Content.Title));
        Assert.Contains("no column 'tema'", (await Assert.ThrowsAsync<CatalogFormatException>(() => ReadAsync(bytes, new() { ["title"] = "tema" }))).Message, StringComparison.Ordinal);
        Assert.Contains("'colour' is not a field", (await Assert.ThrowsAsync<CatalogFormatException>(() => ReadAsync(bytes, new() { ["colour"] = "asunto" }))).Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(string text, string encoding = "utf-8", bool mark = false)
    {
        var chosen = Encoding.GetEncoding(encoding);
        return [.. mark ? chosen.GetPreamble() : [], .. chosen.GetBytes(text)];
    }

    private static async Task<(List<Matching.Catalogs.CatalogRow> Rows, CatalogFile File)> ReadAsync(byte[] bytes, Dictionary<string, string>? mapping = null)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var stream = new MemoryStream(bytes);
        var (head, whole) = await Prefix.ReadAsync(stream, FileStart.Length, cancellation);
        var reader = new CatalogReader(whole, FileStart.Of(head.Span, CatalogFormat.Unspecified), new ReadingRules(mapping ?? None, None, ItemKind.Offer, "es"));
        return (await reader.ReadAsync(cancellation).ToListAsync(cancellation), reader.File);
    }

    /// <summary>The same bytes again and again.</summary>
    private sealed class Endless(byte[] bytes) : MemoryStream
    {
        public new int Read { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < buffer.Length; i++)
            {
                buffer.Span[i] = bytes[i % bytes.Length];
            }

            Read += buffer.Length;
            return new(buffer.Length);
        }
    }
}
