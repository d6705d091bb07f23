using System.Text;
using CooperaNet.Matching.V1;
using Google.Protobuf;
using Grpc.Core;

namespace CooperaNet.Matching.ClusterTests.Gateway;

public class CatalogImportTests(ExchangeFixture exchange)
{
    private const string Two = "Código;Título;Descripción;ODS;Idioma\nA-1;Cría de alpacas en altura;Mejora genética de alpacas con comunidades de la puna;ODS 2;es\nA-2;Tejido de fibra de alpaca;Talleres de hilado y teñido natural para mujeres artesanas;5, 8;es\n";
    private static readonly string Filler = new('x', 500);
    private readonly CatalogService.CatalogServiceClient catalog = new(exchange.As());
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_created_then_unchanged_then_changed_and_what_is_gone_is_missing()
    {
        var created = await StreamAsync(Settings("authorities/bo"), Two);
        var again = await StreamAsync(Settings("authorities/bo"), Two);
        var changed = await StreamAsync(Settings("authorities/bo"), Two.Replace("teñido natural", "teñido con plantas", StringComparison.Ordinal).Replace("A-1", "A-3", StringComparison.Ordinal).Replace("Cría", "Manejo", StringComparison.Ordinal));

        Assert.Equal((CatalogImport.Types.State.Succeeded, 2, 0), (created.State, created.Created, created.Missing));
        Assert.Equal((0, 2, 0), (again.Created, again.Unchanged, again.Missing));
        Assert.Equal((1, 1, 1), (changed.Created, changed.Changed, changed.Missing));
        var rows = (await catalog.ListCatalogImportRowsAsync(new() { Parent = changed.Name }, cancellationToken: cancellation)).Rows;
        Assert.Equal(["A-3", "A-2", "A-1"], rows.Select(row => row.SourceReference));
        Assert.Equal(["summary"], rows[1].ChangedFields);
        Assert.Equal(CatalogRowResult.Types.Outcome.Missing, rows[2].Outcome);
        Assert.Equal(["authorities/bo/catalogImports/" + changed.Name.Split('/')[^1]], [changed.Name]);
    }

    [Fact]
    public async Task Missing_items_are_withdrawn_only_when_their_number_is_confirmed()
    {
        await StreamAsync(Settings("authorities/do"), Two);
        var second = await StreamAsync(Settings("authorities/do"), Two[..Two.IndexOf("A-2", StringComparison.Ordinal)]);

        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await Of("authorities/do").WithdrawMissingItemsAsync(new() { Name = second.Name, ExpectedCount = 2 }, cancellationToken: cancellation))).StatusCode);
        var withdrawn = await Of("authorities/do").WithdrawMissingItemsAsync(new() { Name = second.Name, ExpectedCount = 1 }, cancellationToken: cancellation);

        Assert.Equal(1, withdrawn.Withdrawn);
        var row = (await catalog.ListCatalogImportRowsAsync(new() { Parent = second.Name, Filter = "outcome = MISSING" }, cancellationToken: cancellation)).Rows.Single();
        Assert.Equal("WITHDRAWN", (await exchange.GetAsync($"/v1/{row.Item}"))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_dry_run_answers_like_the_real_run_and_changes_nothing()
    {
        var text = "Código;Título;Descripción;ODS;Idioma\nA-1;Huertos escolares de altura;Camas calientes y semillas nativas en patios de escuelas frías;2;es\nA-2;Radios de barrio;Guiones y edición de programas hechos por jóvenes del barrio;4;es\nA-1;Otra cosa con la misma clave;x;;es\n;Sin clave ninguna;x;;es\nA-4;Mal;x;99;es\n";
        var dry = Settings("authorities/ag");
        dry.ValidateOnly = true;
        var dryRun = await StreamAsync(dry, text);
        Assert.Empty((await exchange.GetAsync("/v1/authorities/ag/offers"))["offers"]!.AsArray());
        var real = await StreamAsync(Settings("authorities/ag"), text);

        async Task<List<string>> Report(CatalogImport import) => [.. (await catalog.ListCatalogImportRowsAsync(new() { Parent = import.Name }, cancellationToken: cancellation)).Rows.Select(row => row.ToString())];
        Assert.Equal(await Report(dryRun), await Report(real));
        Assert.Equal((2, 3), (dryRun.Created, dryRun.Refused));
    }

    [Fact]
    public async Task Near_repeats_within_the_file_and_in_the_exchange_are_suspected()
    {
        const string Text = "Formación de técnicos en mantenimiento de pequeñas centrales hidroeléctricas para comunidades rurales aisladas de la selva alta y baja del país con apoyo de universidades";
        await StreamAsync(Settings("authorities/cr"), $"code,title,summary,language\nB-1,Centrales hidroeléctricas comunitarias,{Text},es\n");
        await exchange.EventuallyAsync(async () =>
        {
            var import = await StreamAsync(Settings("authorities/sv", partial: true), $"code,title,summary,language\nC-1,Centrales hidroeléctricas comunitarias,{Text} peruanas,es\nC-2,Centrales hidroeléctricas comunitarias,{Text} andinas,es\nC-3,Teatro de sombras,Funciones de teatro de sombras en escuelas y plazas de barrios,es\n");
            var rows = (await catalog.ListCatalogImportRowsAsync(new() { Parent = import.Name, Filter = "suspectedDuplicates:*" }, cancellationToken: cancellation)).Rows;
            return rows.Count == 2 && rows[0].SuspectedDuplicates.Any(name => name.StartsWith("authorities/cr/", StringComparison.Ordinal)) && rows[1].SuspectedDuplicates.Contains("row 1") ? "found" : null;
        });
    }

    [Fact]
    public async Task A_suspended_import_goes_on_behind_its_last_row_and_a_cancelled_one_does_not()
    {
        var settings = Settings("authorities/uy");
        settings.ImportId = "resumed";
        using (var call = Of("authorities/uy").StreamCatalogImport(cancellationToken: cancellation))
        {
            await call.RequestStream.WriteAsync(new() { Settings = settings }, cancellation);
            await call.RequestStream.WriteAsync(new() { Content = ByteString.CopyFromUtf8(Lines(1, 600)) }, cancellation);
            Assert.True(await call.ResponseStream.MoveNext(cancellation));
        }

        await exchange.EventuallyAsync(async () => (await catalog.GetCatalogImportAsync(new() { Name = "authorities/uy/catalogImports/resumed" }, cancellationToken: cancellation)).State == CatalogImport.Types.State.Suspended ? "suspended" : null);
        var resumed = await StreamAsync(settings, Lines(1, 1_200));
        var repeated = await StreamAsync(settings, Lines(1, 1_200));

        Assert.Equal((CatalogImport.Types.State.Succeeded, 1_200, 0), (resumed.State, resumed.Created, resumed.Unchanged));
        Assert.Equal(resumed, repeated);
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(async () => await Of("authorities/uy").CancelCatalogImportAsync(new() { Name = resumed.Name }, cancellationToken: cancellation))).StatusCode);
    }

    [Fact]
    public async Task An_import_is_forgotten_when_it_is_old_and_not_before()
    {
        var import = await StreamAsync(Settings("authorities/ve"), Two);
        var store = new Matching.Catalogs.CatalogImportStore(exchange.Database);
        var now = exchange.Clock.GetUtcNow();
        var id = (await store.ListOldAsync(now.AddMinutes(1), 0, 1_000, cancellation)).Single(old => old.Name == import.Name).Id;
        var grain = exchange.Grains.GetCatalogImport(Matching.Catalogs.CatalogImportId.Parse(import.Name, "name"));

        Assert.False(await grain.ForgetAsync(id, now.AddDays(-1), Caller.System, cancellation));
        Assert.Equal(2, (await catalog.ListCatalogImportRowsAsync(new() { Parent = import.Name }, cancellationToken: cancellation)).Rows.Count);
        Assert.True(await grain.ForgetAsync(id, now.AddDays(1), Caller.System, cancellation));

        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await catalog.GetCatalogImportAsync(new() { Name = import.Name }, cancellationToken: cancellation))).StatusCode);
        Assert.Empty((await catalog.ListCatalogImportsAsync(new() { Parent = "authorities/ve" }, cancellationToken: cancellation)).CatalogImports);
        Assert.Equal(2, (await exchange.GetAsync("/v1/authorities/ve/offers"))["offers"]!.AsArray().Count); // what it imported stays
        Assert.Equal(2, (await StreamAsync(Settings("authorities/ve"), Two)).Unchanged);
    }

    [Fact]
    public async Task A_mapping_is_remembered_for_the_next_file()
    {
        const string Text = "clave,asunto,tema\nM-1,Semáforos inteligentes,Vialidad\n";
        var settings = Settings("authorities/pa");
        settings.Mapping.Add(new Dictionary<string, string> { ["sourceReference"] = "clave", ["title"] = "asunto", ["areasOfFocus"] = "tema" });
        settings.ValueMapping.Add("vialidad", "innovation-and-technology");
        settings.RememberMapping = true;
        await StreamAsync(settings, Text);
        var second = await StreamAsync(Settings("authorities/pa"), Text);

        Assert.Equal(1, second.Unchanged);
        Assert.Equal("asunto", (await exchange.GetAsync("/v1/authorities/pa/catalogMapping"))["mapping"]!["title"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_mapping_that_cannot_be_is_not_remembered_and_an_empty_column_forgets()
    {
        var wrong = Settings("authorities/gt");
        wrong.Mapping.Add("titel", "asunto");
        wrong.RememberMapping = true;
        var refusal = await Assert.ThrowsAsync<RpcException>(() => StreamAsync(wrong, "code,title\nM-1,Semáforos\n"));
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains("titel", refusal.Status.Detail, StringComparison.Ordinal);

        var told = Settings("authorities/gt");
        told.Mapping.Add("title", "asunto");
        told.RememberMapping = true;
        await StreamAsync(told, "code,asunto\nM-1,Semáforos\n");
        var forgotten = Settings("authorities/gt");
        forgotten.Mapping.Add("title", "");
        forgotten.RememberMapping = true;
        await StreamAsync(forgotten, "code,title\nM-1,Semáforos\n");

        Assert.Equal(1, (await StreamAsync(Settings("authorities/gt"), "code,title\nM-1,Semáforos\n")).Unchanged);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_refused_and_imports_nothing()
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => StreamAsync(Settings("authorities/cl"), "PK\u0003\u0004"));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains("save it as \"CSV UTF-8\"", refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("csv", ";")]
    [InlineData("csv", ",")]
    [InlineData("jsonl", "")]
    public async Task What_is_exported_is_imported_unchanged(string format, string delimiter)
    {
        await exchange.PostAsync("/v1/authorities/ca/catalogImports", """
            {"rows":[{"sourceReference":"=X-1","kind":"OFFER","title":"'=HYPERLINK(\"x\"); peligro","summary":"  línea uno\r\nlínea \"dos\"; y, más\t","languageCode":"es","areasOfFocus":["culture","other"],"goals":[4,17],"maturity":"IN_EXECUTION","modalities":["A","B c"],"links":["https://example.org/?a=1;b"],"translations":[{"languageCode":"en","title":"Translated"}],"expireTime":"2030-01-02T03:04:05.678Z"},
                     {"sourceReference":"-2","kind":"NEED","title":"-2 @cosa +1","languageCode":"es","dcfProject":"SAMPLE-1"}],"publish":true}
            """);
        await exchange.PostAsync("/v1/authorities/ca/offers?offerId=by-hand&requestId=by-hand", """{"title":"Escrito a mano","languageCode":"es"}""");
        var file = await exchange.Json.GetByteArrayAsync($"/v1/authorities/ca/catalog:export?format={format}&delimiter={Uri.EscapeDataString(delimiter)}&languageCode=es", cancellation);

        var import = await StreamAsync(new() { Parent = "authorities/ca" }, Encoding.UTF8.GetString(file));

        Assert.DoesNotContain("\n\n", Encoding.UTF8.GetString(file).ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal((3, 0, 0, 0), (import.Unchanged, import.Changed, import.Refused, import.Missing));
        if (format == "csv")
        {
            Assert.True(file.AsSpan().StartsWith(Encoding.UTF8.Preamble));
            Assert.DoesNotMatch(@"(?m)(^|[;,""])[=@]", Encoding.UTF8.GetString(file)); // nothing that a spreadsheet would run
            Assert.Contains("Cultura; Otros", Encoding.UTF8.GetString(file), StringComparison.Ordinal);
        }
    }

    /// <summary>U+0000, which PostgreSQL can't keep in a text, costs its own row only, and a list that asks for it is refused.</summary>
    [Fact]
    public async Task A_character_that_no_text_may_hold_is_refused_where_it_stands()
    {
        var answer = await exchange.PostAsync("/v1/authorities/lc/catalogImports", """{"rows":[{"sourceReference":"N\u00001","kind":"OFFER","title":"Nutmeg \u0000 drying","languageCode":"en"},{"sourceReference":"N-2","kind":"OFFER","title":"Nutmeg grafting","languageCode":"en"}],"publish":true}""");
        Assert.Equal((1, 1), (answer["created"]!.GetValue<int>(), answer["refused"]!.GetValue<int>()));

        using var filtered = await exchange.Json.GetAsync("/v1/authorities/lc/offers?filter=title%3D%22a%00%22", cancellation);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, filtered.StatusCode);
    }

    [Fact]
    public async Task An_inline_csv_answers_with_its_rows()
    {
        var answer = await exchange.PostAsync("/v1/authorities/mx/catalogImports", """{"csv":"clave;nombre\nI-1;Riego por goteo en huertos\nI-1;Otra vez lo mismo","mapping":{"sourceReference":"clave"},"publish":true}""");

        Assert.Equal((1, 1), (answer["created"]!.GetValue<int>(), answer["refused"]!.GetValue<int>()));
        Assert.Contains("row 1 already", answer["rows"]![1]!["errors"]![0]!["description"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("nombre", answer["file"]!["mapping"]!["title"]!.GetValue<string>());
    }

    private CatalogService.CatalogServiceClient Of(string participant) => new(exchange.As(participant));

    private static CatalogImportSettings Settings(string parent, bool partial = false) => new() { Parent = parent, Publish = true, Partial = partial };

    private static string Lines(int first, int last) => "code,title,summary,language\n" + string.Concat(Enumerable.Range(first, last - first + 1).Select(i => $"L-{i},Línea número {i},{Filler},es\n"));

    private async Task<CatalogImport> StreamAsync(CatalogImportSettings settings, string text)
    {
        using var call = Of(settings.Parent).StreamCatalogImport(cancellationToken: cancellation);
        try
        {
            await call.RequestStream.WriteAsync(new() { Settings = settings }, cancellation);
            foreach (var piece in Encoding.UTF8.GetBytes(text).Chunk(10_000))
            {
                await call.RequestStream.WriteAsync(new() { Content = ByteString.CopyFrom(piece) }, cancellation);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // the answer came before the end of the file: it tells why
        }

        var last = await call.ResponseStream.ReadAllAsync(cancellation).LastAsync(cancellation);
        last.CatalogImport.File = null;
        return last.CatalogImport;
    }
}
