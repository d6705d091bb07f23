using System.Text;
using System.Text.Json.Nodes;
using CooperaNet.Matching.V1;
using Grpc.Net.Client;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>Files that are no catalogue, or a broken or huge one, sent by the client to the real program: clear answers, bounded memory, and a service that goes on.</summary>
public sealed class BadFileTests : IDisposable
{
    private const long MemoryAboveRest = 200L << 20;
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-bad-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task What_is_no_catalogue_is_refused_with_advice_and_imports_nothing()
    {
        await using var exchange = await ExchangeProcess.Start(Path.Combine(directory, "data")).ReadyAsync(cancellation);
        var zip = Path.Combine(directory, "zip");
        Directory.CreateDirectory(zip);
        await File.WriteAllTextAsync(Path.Combine(zip, "sheet1.xml"), "<worksheet/>", cancellation);
        System.IO.Compression.ZipFile.CreateFromDirectory(zip, Path.Combine(directory, "catalogo.csv"));

        foreach (var (file, complaint) in new (string, string)[]
        {
            ("catalogo.csv", "spreadsheet or an archive (ZIP)"),
            (Write("hoja.csv", "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><body><table><tr><td>Código</td><td>Título</td></tr></table>"), "is HTML or XML, not CSV"),
            (Write("vacio.csv", ""), "is empty"),
            (Write("foto.csv", "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR"), "zero bytes"),
            (Write("carta.csv", "Estimados señores:\nadjunto el catálogo.\n"), "no column that is known as title"),
        })
        {
            var (code, said) = await ClientProcess.RunAsync(exchange, cancellation, "import", Path.Combine(directory, file), "--authority", "pe", "--publish");

            Assert.Equal((2, file), (code, file));
            Assert.Contains(complaint, Flat(said), StringComparison.Ordinal);
        }

        Assert.Empty(JsonNode.Parse(await exchange.Json.GetStringAsync("/v1/authorities/pe/offers", cancellation))!["offers"]!.AsArray());
    }

    /// <summary>What stands before the break goes in; the report says where and why it ends.</summary>
    [Fact]
    public async Task A_broken_file_says_which_row_and_why()
    {
        await using var exchange = await ExchangeProcess.Start(Path.Combine(directory, "data")).ReadyAsync(cancellation);
        const string Good = "código;título;idioma\nB-1;Una fila que está bien;es\n";

        var cut = await ImportAsync(Write("cortado.csv", Good + "B-2;\"La descarga se cortó en mit"));
        var mixed = await ImportAsync(Write("mezclado.csv", [.. Encoding.UTF8.GetBytes(Good + "B-3;"), .. Encoding.Latin1.GetBytes("Educación técnica"), .. ";es\nB-4;La fila siguiente;es\n"u8]));
        var huge = await ImportAsync(Write("enorme.csv", Good + "B-5;" + new string('x', 10 << 20) + ";es\n"));
        var endless = await ImportAsync(Write("sin-lineas.csv", Good + string.Concat(Enumerable.Repeat("celda;", 2 << 20)))); // 12 MB

        Assert.Equal((1, 1, 1), (cut.Code, Count(cut.Import, "created"), Count(cut.Import, "refused")));
        Assert.Contains("ends within a quoted cell", cut.Rows, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1, 1), (mixed.Code, Count(mixed.Import, "created"), Count(mixed.Import, "unchanged"), Count(mixed.Import, "refused")));
        Assert.Contains("mixes encodings", mixed.Rows, StringComparison.Ordinal);
        Assert.Equal((2, "STATE_FAILED"), (huge.Code, huge.Import["state"]!.GetValue<string>()));
        Assert.Contains("Row 2 has a cell of more than 100,000 characters", huge.Import["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("Row 2 has more than 1,000,000 characters", endless.Import["message"]!.GetValue<string>(), StringComparison.Ordinal);

        async Task<(int Code, JsonNode Import, string Rows)> ImportAsync(string file)
        {
            var (code, said) = await ClientProcess.RunAsync(exchange, cancellation, "import", Path.Combine(directory, file), "--authority", "pe", "--publish", "--json", "--partial");
            var import = JsonNode.Parse(said)!;
            return (code, import, (await ClientProcess.RunAsync(exchange, cancellation, "show", import["name"]!.GetValue<string>(), "--rows", "")).Output);
        }
    }

    /// <summary>A file of 200 MB: its 20,000 rows are answered, and the service needs less than 200 MB more than at rest.</summary>
    [Fact]
    public async Task A_file_of_200_MB_is_read_in_bounded_memory()
    {
        await using var exchange = await ExchangeProcess.Start(Path.Combine(directory, "data")).ReadyAsync(cancellation);
        using var channel = GrpcChannel.ForAddress(exchange.Grpc.BaseAddress!);
        using var call = new CatalogService.CatalogServiceClient(await exchange.AsAsync(channel, "authorities/pe")).StreamCatalogImport(cancellationToken: cancellation);
        var (rest, peak) = (exchange.Memory, 0L);
        var filler = string.Join(' ', Enumerable.Range(0, 1_250).Select(i => $"w{i * 7919:x6}"))[..9_900];
        var sent = 0L;
        var sending = Task.Run(async () =>
        {
            await call.RequestStream.WriteAsync(new() { Settings = new() { Parent = "authorities/pe", ImportId = "large", ValidateOnly = true, Partial = true } }, cancellation);
            await SendAsync("code,title,summary,language\n");
            for (var row = 0; row < 20_000; row += 10)
            {
                await SendAsync(string.Concat(Enumerable.Range(row, 10).Select(i => $"L-{i},Large row number {i},{i:d6} {filler} {i * 31:d8},es\n")));
            }

            await call.RequestStream.CompleteAsync();
        }, cancellation);
        CatalogImport? last = null;
        while (await call.ResponseStream.MoveNext(cancellation))
        {
            last = call.ResponseStream.Current.CatalogImport;
            peak = Math.Max(peak, exchange.Memory);
        }

        await sending;
        TestContext.Current.TestOutputHelper?.WriteLine($"{sent >> 20} MB; {rest >> 20} MB at rest, at most {peak >> 20} MB");
        Assert.Equal((CatalogImport.Types.State.Succeeded, 20_000), (last!.State, last.Created));
        Assert.InRange(sent, 198_000_000, 210_000_000);
        Assert.InRange(peak - rest, 0, MemoryAboveRest);

        async Task SendAsync(string text)
        {
            var bytes = Google.Protobuf.ByteString.CopyFromUtf8(text);
            sent += bytes.Length;
            await call.RequestStream.WriteAsync(new() { Content = bytes }, cancellation);
        }
    }

    private string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    private string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(directory, name), bytes);
        return name;
    }

    private static int Count(JsonNode import, string field) => import[field]?.GetValue<int>() ?? 0;

    private static string Flat(string text) => string.Join(' ', text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
}
