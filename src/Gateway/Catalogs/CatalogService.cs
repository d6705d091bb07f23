using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Catalogs.Reading;
using CooperaNet.Matching.Gateway.Catalogs.Writing;
using CooperaNet.Matching.Gateway.Streams;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.V1;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Timeouts;

namespace CooperaNet.Matching.Gateway.Catalogs;

/// <summary>Translates wire messages and files to grain calls and back; decides nothing.</summary>
internal sealed class CatalogService(IGrainFactory grains, StreamGuard guard) : V1.CatalogService.CatalogServiceBase
{
    /// <summary>Characters of a column's name or a value that is mapped, and values mapped at most.</summary>
    private const int MaxMapped = 200;
    private const int MaxValues = 1_000;

    /// <summary>Items read at once: the memory of an export.</summary>
    private const int ExportPage = 500;

    public override async Task<V1.CatalogImport> CreateCatalogImport(CreateCatalogImportRequest request, ServerCallContext context)
    {
        if (request.Csv.Length > 0 && request.Rows.Count > 0)
        {
            throw MatchingException.Invalid("csv", "give either rows or csv, not both.");
        }

        var import = Identify(request.Parent, request.ImportId);
        var plan = new CatalogImportPlan(request.Publish, request.ValidateOnly, request.Partial || request.Csv.Length == 0);
        return request.Csv.Length == 0
            ? await ImportRowsAsync(import, plan, request, context.Caller(), context.CancellationToken)
            : await ImportCsvAsync(import, plan, request, context.Caller(), context.CancellationToken);
    }

    [DisableRequestTimeout]
    public override async Task StreamCatalogImport(IAsyncStreamReader<StreamCatalogImportRequest> requests, IServerStreamWriter<StreamCatalogImportResponse> responses, ServerCallContext context) =>
        await guard.TransferAsync(context, cancellationToken => StreamAsync(requests, responses, context, cancellationToken));

    private async Task StreamAsync(IAsyncStreamReader<StreamCatalogImportRequest> requests, IServerStreamWriter<StreamCatalogImportResponse> responses, ServerCallContext context, CancellationToken cancellationToken)
    {
        if (!await requests.MoveNext(cancellationToken) || requests.Current.PartCase != StreamCatalogImportRequest.PartOneofCase.Settings)
        {
            throw MatchingException.Invalid("settings", "the first message must be the settings.");
        }

        var (settings, caller) = (requests.Current.Settings, context.Caller()); // on whose behalf is known from the settings
        var import = Identify(settings.Parent, settings.ImportId);
        var rules = await RulesAsync(import.Parent, settings.Mapping, settings.ValueMapping, settings.RememberMapping, settings.DefaultKind, settings.LanguageCode, caller, cancellationToken);
        await using var file = new ContentStream(requests);
        var run = new CatalogImportRun(grains.GetCatalogImport(import), new(settings.Publish, settings.ValidateOnly, settings.Partial), caller);
        await run.RunAsync(
            file, settings.Format, rules, (progress, rows) => responses.WriteAsync(new()
            {
                CatalogImport = progress,
                Rows = { rows.Where(row => row.Outcome != ImportOutcome.Unchanged).Select(CatalogWire.ToWire) },
            }, cancellationToken), cancellationToken);
    }

    public override async Task<V1.CatalogImport> GetCatalogImport(GetCatalogImportRequest request, ServerCallContext context) =>
        (await grains.GetCatalogImport(CatalogImportId.Parse(request.Name, "name")).GetAsync(context.Caller(), context.CancellationToken)).ToWire();

    public override async Task<ListCatalogImportsResponse> ListCatalogImports(ListCatalogImportsRequest request, ServerCallContext context)
    {
        var page = await grains.GetRegister().ListCatalogImportsAsync(ParentId.Parse(request.Parent, "parent"), request.PageSize, request.PageToken, context.Caller(), context.CancellationToken);
        var imports = await Task.WhenAll(page.Rows.Select(name => FindAsync(name, context)));
        return new() { CatalogImports = { imports.OfType<CooperaNet.Matching.Catalogs.CatalogImport>().Select(CatalogWire.ToWire) }, NextPageToken = page.NextPageToken };
    }

    /// <summary>An import; null when it was entered into the list and its client was gone before it began.</summary>
    private async Task<CooperaNet.Matching.Catalogs.CatalogImport?> FindAsync(string name, ServerCallContext context)
    {
        try
        {
            return await grains.GetCatalogImport(CatalogImportId.Parse(name, "name")).GetAsync(context.Caller(), context.CancellationToken);
        }
        catch (MatchingException error) when (error.Error == MatchingError.NotFound)
        {
            return null;
        }
    }

    public override async Task<ListCatalogImportRowsResponse> ListCatalogImportRows(ListCatalogImportRowsRequest request, ServerCallContext context)
    {
        var page = await grains.GetCatalogImport(CatalogImportId.Parse(request.Parent, "parent")).ListRowsAsync(request.Filter, request.PageSize, request.PageToken, context.Caller(), context.CancellationToken);
        return new() { Rows = { page.Rows.Select(CatalogWire.ToWire) }, NextPageToken = page.NextPageToken };
    }

    public override async Task<V1.CatalogImport> CancelCatalogImport(CancelCatalogImportRequest request, ServerCallContext context) =>
        (await grains.GetCatalogImport(CatalogImportId.Parse(request.Name, "name")).CancelAsync(context.Caller(), context.CancellationToken)).ToWire();

    public override async Task<WithdrawMissingItemsResponse> WithdrawMissingItems(WithdrawMissingItemsRequest request, ServerCallContext context) => new()
    {
        Withdrawn = await grains.GetCatalogImport(CatalogImportId.Parse(request.Name, "name")).WithdrawMissingAsync(request.ExpectedCount, context.Caller(), context.CancellationToken),
    };

    [DisableRequestTimeout]
    public override async Task ExportCatalog(ExportCatalogRequest request, IServerStreamWriter<HttpBody> responseStream, ServerCallContext context) =>
        await guard.TransferAsync(context, cancellationToken => ExportAsync(request, responseStream, context, cancellationToken));

    private async Task ExportAsync(ExportCatalogRequest request, IServerStreamWriter<HttpBody> responseStream, ServerCallContext context, CancellationToken cancellationToken)
    {
        var writer = CatalogWriter.Of(request.Format, request.Delimiter, request.LanguageCode);
        var begun = false;
        foreach (var kind in (ItemKind[])[ItemKind.Offer, ItemKind.Need])
        {
            for (var token = ""; ;)
            {
                var page = await grains.GetRegister().ListItemsAsync(new(request.Parent, kind, request.Filter, "", ExportPage, token), context.Caller(), cancellationToken);
                byte[] lines = begun ? writer.Write(page.Rows) : [.. writer.Begin(), .. writer.Write(page.Rows)];
                begun = true;
                if (lines.Length > 0)
                {
                    await responseStream.WriteAsync(new() { ContentType = writer.ContentType, Data = UnsafeByteOperations.UnsafeWrap(Spreadsheet.ForTransport(lines, context)) }, cancellationToken);
                }

                token = page.NextPageToken;
                if (token.Length == 0)
                {
                    break;
                }
            }
        }
    }

    public override async Task<V1.CatalogMapping> GetCatalogMapping(GetCatalogMappingRequest request, ServerCallContext context)
    {
        var parent = ParentId.Parse(request.Name.EndsWith("/catalogMapping", StringComparison.Ordinal) ? request.Name[..^"/catalogMapping".Length] : request.Name, "name");
        var mapping = await grains.GetCatalogMapping(parent).GetAsync(context.Caller(), context.CancellationToken);
        return new() { Name = $"{parent}/catalogMapping", Mapping = { mapping.Columns.ToDictionary() }, ValueMapping = { mapping.Values.ToDictionary() } };
    }

    private async Task<V1.CatalogImport> ImportRowsAsync(CatalogImportId import, CatalogImportPlan plan, CreateCatalogImportRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (request.Rows.Count > ICatalogImportGrain.MaxRows)
        {
            throw MatchingException.Invalid("rows", $"{request.Rows.Count} rows; at most {ICatalogImportGrain.MaxRows} are allowed in one call.");
        }

        var rows = request.Rows.Select(CatalogWire.ToRow).Select(row => row.Kind is null && request.DefaultKind != V1.CatalogRow.Types.Kind.Unspecified ? row with { Kind = CatalogWire.ToKind(request.DefaultKind) } : row).ToList();
        var grain = grains.GetCatalogImport(import);
        var started = await grain.StartAsync(plan, caller, cancellationToken);
        if (started.State == CatalogImportState.Running)
        {
            await grain.AppendAsync(started.Session, 1, rows, caller, cancellationToken);
            await grain.FinishAsync(started.Session, caller, cancellationToken);
        }

        return await WithRowsAsync(grain, caller, cancellationToken);
    }

    private async Task<V1.CatalogImport> ImportCsvAsync(CatalogImportId import, CatalogImportPlan plan, CreateCatalogImportRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var rules = await RulesAsync(import.Parent, request.Mapping, request.ValueMapping, request.RememberMapping, request.DefaultKind, request.LanguageCode, caller, cancellationToken);
        using var file = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(request.Csv));
        var grain = grains.GetCatalogImport(import);
        V1.CatalogImport? last = null;
        await new CatalogImportRun(grain, plan, caller).RunAsync(
            file, CatalogFormat.Csv, rules, (progress, _) =>
            {
                last = progress;
                return Task.CompletedTask;
            }, cancellationToken);
        var answer = await WithRowsAsync(grain, caller, cancellationToken);
        answer.File = last?.File;
        return answer;
    }

    private static async Task<V1.CatalogImport> WithRowsAsync(ICatalogImportGrain grain, Caller caller, CancellationToken cancellationToken)
    {
        var import = await grain.GetAsync(caller, cancellationToken);
        var answer = import.ToWire();
        if (import.Counts.Rows > 0)
        {
            answer.Rows.Add((await grain.ListRowsAsync("", ICatalogImportGrain.MaxRows, "", caller, cancellationToken)).Rows.Select(CatalogWire.ToWire));
        }

        return answer;
    }

    private static CatalogImportId Identify(string parent, string id) =>
        id.Length == 0 || ResourceId.IsValid(id)
            ? new(ParentId.Parse(parent, "parent"), id.Length > 0 ? id : $"i-{Guid.CreateVersion7():n}")
            : throw MatchingException.Invalid("importId", $"'{ResourceId.Excerpt(id)}' is not an id: 1 to 63 characters a-z, 0-9 and hyphen, not starting with a hyphen.");

    /// <summary>What is told wins over what was remembered; an empty column or meaning forgets.</summary>
    private async Task<ReadingRules> RulesAsync(
        ParentId parent, MapField<string, string> mapping, MapField<string, string> values, bool remember, V1.CatalogRow.Types.Kind kind, string language, Caller caller, CancellationToken cancellationToken)
    {
        if (mapping.Keys.FirstOrDefault(field => !Columns.KnownFields.Contains(field)) is { } unknown)
        {
            throw MatchingException.Invalid("mapping", Columns.UnknownField(unknown));
        }

        if (mapping.Values.Concat(values.Keys).Concat(values.Values).FirstOrDefault(text => text.Length > MaxMapped) is { } tooLong)
        {
            throw MatchingException.Invalid("mapping", $"'{ResourceId.Excerpt(tooLong)}' has {tooLong.Length} characters; columns and values of at most {MaxMapped} are mapped.");
        }

        var grain = grains.GetCatalogMapping(parent);
        var remembered = await grain.GetAsync(caller, cancellationToken);
        var told = new Matching.Catalogs.CatalogMapping { Columns = Merge(remembered.Columns, mapping), Values = Merge(remembered.Values, values) };
        if (told.Values.Count > MaxValues)
        {
            throw MatchingException.Invalid("valueMapping", $"{told.Values.Count} values, with those remembered; at most {MaxValues} are mapped.");
        }

        if (remember)
        {
            await grain.SetAsync(told, caller, cancellationToken);
        }

        return new(told.Columns, told.Values, CatalogWire.ToKind(kind) ?? ItemKind.Offer, language);

        static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> old, MapField<string, string> told) =>
            old.Concat(told).GroupBy(pair => pair.Key).Where(group => group.Last().Value.Length > 0).ToDictionary(group => group.Key, group => group.Last().Value);
    }
}
