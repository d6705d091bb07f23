using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using CooperaNet.Matching.V1;
using Dapper;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>A catalogue's way in and out: by the command-line client, and through kills.</summary>
public sealed class CatalogTests(ITestOutputHelper output) : IDisposable
{
    private const int Rows = 10_000;

    private static readonly string Spreadsheet = Path.Combine(AppContext.BaseDirectory, "catalogo-agencia.csv");
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-catalog-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>An agency's spreadsheet with its quirks: Windows-1252, semicolons, line breaks and quotes in cells, its own names of areas, a repeat, a row without a key, a near-duplicate, an empty row.</summary>
    [Fact]
    public async Task A_spreadsheet_goes_in_figures_move_and_what_comes_out_is_unchanged()
    {
        await using var exchange = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        using var watcher = await ClientProcess.StartAsync(exchange, "stats", "--watch", "--json");
        var first = JsonNode.Parse((await watcher.StandardOutput.ReadLineAsync(cancellation))!)!;

        var (code, report) = await RunAsync(exchange, "import", Spreadsheet, "--authority", "ar", "--publish", "--language", "es", "--map", "sourceReference=Código FO-AR", "--value", "Salud pública=other", "--value", "no tiene=");
        var moved = JsonNode.Parse((await watcher.StandardOutput.ReadLineAsync(cancellation))!)!;
        watcher.Kill();
        var (json, answer) = await RunAsync(exchange, "import", Spreadsheet, "--authority", "ar", "--publish", "--json", "--map", "sourceReference=Código FO-AR", "--value", "Salud pública=other");
        var exported = Path.Combine(directory, "ar.csv");
        var (outCode, _) = await RunAsync(exchange, "export", "--authority", "ar", "--output", exported, "--delimiter", ";", "--language", "es");
        var (backCode, back) = await RunAsync(exchange, "import", exported, "--authority", "ar", "--publish", "--json");

        output.WriteLine(report);
        Assert.Equal(1, code); // some rows were refused
        Assert.Contains("windows-1252 ;", report, StringComparison.Ordinal);
        Assert.Contains("Columnas no usadas: Contacto interno", report, StringComparison.Ordinal);
        Assert.Contains("ODS: «ODS 99» no es un ODS; escriba 6, ODS 6, 6.1 o su nombre.", Flat(report), StringComparison.Ordinal);
        Assert.Contains("Código FO-AR: «CUL-02» ya está en la fila 9.", Flat(report), StringComparison.Ordinal);
        Assert.Contains("a la fila le falta la clave", Flat(report), StringComparison.Ordinal);
        Assert.Contains("row 12", Flat(report), StringComparison.Ordinal); // the near-duplicate
        Assert.Equal("SNAPSHOT", Kind(first));
        Assert.Equal("CHANGE", Kind(moved));
        Assert.Equal((1, 9, 4, 1), (json, Count(answer, "unchanged"), Count(answer, "refused"), Count(answer, "suspectedDuplicates")));
        Assert.Equal((0, 0, 9, 0), (outCode, backCode, Count(back, "unchanged"), Count(back, "changed") + Count(back, "created") + Count(back, "refused") + Count(back, "missing")));
    }

    [Fact]
    public async Task The_client_says_what_is_wrong_and_what_to_do()
    {
        await using var exchange = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        await File.WriteAllTextAsync(Path.Combine(directory, "x.csv"), "<html><body>", cancellation);

        var (html, advice) = await RunAsync(exchange, "import", Path.Combine(directory, "x.csv"), "--authority", "ar");
        var (unknown, name) = await RunAsync(exchange, "show", "authorities/zz");
        var (nowhere, server) = await RunAsync(exchange, "stats", "--server", "http://127.0.0.1:9");

        Assert.Equal((2, 2, 3), (html, unknown, nowhere));
        Assert.Contains("save it as \"CSV UTF-8\"", Flat(advice), StringComparison.Ordinal);
        Assert.Contains("'authorities/zz' does not exist", Flat(name), StringComparison.Ordinal);
        Assert.Contains("Is the service running?", Flat(server), StringComparison.Ordinal);
    }

    /// <summary>Five times: kill -9 after a random number of answers. The import goes on each time; in the end every row is there, once.</summary>
    [Fact]
    public async Task An_import_of_ten_thousand_rows_survives_five_kills()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var file = Encoding.UTF8.GetBytes("code;title;summary;language\n" + string.Concat(Enumerable.Range(1, Rows).Select(i => $"K-{i};Catálogo, fila {i};Texto de la fila {i} del catálogo que se corta;es\n")));
        for (var round = 0; round < 5; round++)
        {
            await using var exchange = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
            await ImportAsync(exchange, file, answers: random.Next(1, 5));
            await exchange.KillAsync(cancellation);
        }

        await using var last = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        var import = (await ImportAsync(last, file, answers: int.MaxValue))!;
        await last.StopAsync(cancellation);

        Assert.Equal((CatalogImport.Types.State.Succeeded, Rows, 0, 0, 0), (import.State, import.Created, import.Changed, import.Unchanged, import.Refused));
        await using var database = new SqliteConnection($"Data Source={Path.Combine(directory, "exchange.db")};Mode=ReadOnly;Pooling=False");
        Assert.Equal(Rows, await database.ExecuteScalarAsync<long>("SELECT COUNT(DISTINCT source_reference) FROM register WHERE state = 'PUBLISHED'"));
        Assert.Equal(Rows, await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM history WHERE kind = 'offer'"));
        Assert.Equal(Rows, await database.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM catalog_import_row"));
    }

    /// <summary>The report of an import that ended more than 90 days ago is gone at the next start; a younger one and all items stay.</summary>
    [Fact]
    public async Task Old_imports_are_forgotten_at_the_next_start()
    {
        await using (var exchange = await ExchangeProcess.Start(directory).ReadyAsync(cancellation))
        {
            foreach (var id in (string[])["old", "young"])
            {
                using var answer = await exchange.Json.PostAsJsonAsync("/v1/authorities/pe/catalogImports", new { importId = id, rows = new[] { new { sourceReference = id, kind = "OFFER", title = $"From {id}", languageCode = "en" } } }, cancellation);
                Assert.True(answer.IsSuccessStatusCode);
            }

            await exchange.StopAsync(cancellation);
        }

        await using (var database = new SqliteConnection($"Data Source={Path.Combine(directory, "exchange.db")};Pooling=False"))
        {
            var old = DateTimeOffset.UtcNow.AddDays(-91).ToString("yyyy-MM-dd'T'HH:mm:ss'.000000Z'", System.Globalization.CultureInfo.InvariantCulture);
            await database.ExecuteAsync(
                """
                UPDATE catalog_import SET create_time = @old WHERE name LIKE '%/old';
                UPDATE OrleansStorage SET PayloadBinary = CAST(json_set(CAST(PayloadBinary AS TEXT), '$.UpdateTime', @old) AS BLOB) WHERE GrainTypeString = 'catalog-import' AND CAST(PayloadBinary AS TEXT) LIKE '%/old"%';
                """,
                new { old });
        }

        await using var later = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        for (var imports = 2; imports > 1;)
        {
            imports = (await later.Json.GetFromJsonAsync<JsonNode>("/v1/authorities/pe/catalogImports", cancellation))!["catalogImports"]!.AsArray().Count;
        }

        using var gone = await later.Json.GetAsync("/v1/authorities/pe/catalogImports/old", cancellation);
        using var kept = await later.Json.GetAsync("/v1/authorities/pe/catalogImports/young", cancellation);
        Assert.Equal((System.Net.HttpStatusCode.NotFound, System.Net.HttpStatusCode.OK), (gone.StatusCode, kept.StatusCode));
        Assert.Equal(2, (await later.Json.GetFromJsonAsync<JsonNode>("/v1/authorities/pe/offers", cancellation))!["offers"]!.AsArray().Count);
    }

    /// <summary>Sends the file until so many answers have come, or to its end.</summary>
    private async Task<CatalogImport?> ImportAsync(ExchangeProcess exchange, byte[] file, int answers)
    {
        using var channel = GrpcChannel.ForAddress(exchange.Grpc.BaseAddress!);
        using var call = new CatalogService.CatalogServiceClient(await exchange.AsAsync(channel, "authorities/pe")).StreamCatalogImport(cancellationToken: cancellation);
        await call.RequestStream.WriteAsync(new() { Settings = new() { Parent = "authorities/pe", ImportId = "killed", Publish = true } }, cancellation);
        await call.RequestStream.WriteAsync(new() { Content = ByteString.CopyFrom(file) }, cancellation);
        await call.RequestStream.CompleteAsync();
        CatalogImport? import = null;
        for (var i = 0; i < answers && await call.ResponseStream.MoveNext(cancellation); i++)
        {
            import = call.ResponseStream.Current.CatalogImport;
        }

        return import;
    }

    private Task<(int Code, string Output)> RunAsync(ExchangeProcess exchange, params string[] arguments) => ClientProcess.RunAsync(exchange, cancellation, arguments);

    /// <summary>What a table breaks over lines, in one line.</summary>
    private static string Flat(string text) => string.Join(' ', text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

    private static string Kind(JsonNode message) => message["kind"]!.GetValue<string>().Replace("WATCH_KIND_", "", StringComparison.Ordinal);

    private static int Count(string json, string field) => JsonNode.Parse(json)![field]?.GetValue<int>() ?? 0;
}
