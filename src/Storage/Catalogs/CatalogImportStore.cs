using System.Globalization;
using System.Text.Json;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Catalogs;

/// <summary>A row's answer on its way into the database, with the fingerprint of its text.</summary>
public sealed record AnsweredRow(ItemKind? Kind, CatalogRowResult Result, byte[]? Sketch, IReadOnlyList<long> Bands);

/// <summary>Keeps what imports answered, row by row.</summary>
public sealed class CatalogImportStore(ExchangeDatabase database)
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 1_000;

    /// <summary>Rows written or read at once: the memory of an import's end.</summary>
    private const int Batch = 1_000;

    /// <summary>Enters an import into the list of its parent's; returns its id.</summary>
    public async Task<long> AddAsync(CatalogImportId import, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            "INSERT INTO catalog_import(name, parent, create_time) VALUES (@name, @parent, @now) ON CONFLICT DO NOTHING",
            cancellationToken, ("@name", import.ToString()), ("@parent", import.Parent.ToString()), ("@now", StateJson.Format(now)));
        await using var read = await database.OpenReadAsync(cancellationToken);
        return await read.ExecuteScalarAsync<long>(new("SELECT id FROM catalog_import WHERE name = @name", new { name = import.ToString() }, cancellationToken: cancellationToken));
    }

    /// <summary>One page of the names of a parent's imports, newest first.</summary>
    public async Task<Page<string>> ListAsync(ParentId parent, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var size = PageSize(pageSize, MaxPageSize / 10);
        var before = PageToken.ReadNumbers(pageToken, $"imports|{parent}", keys: 1) is [var id] ? id : long.MaxValue;
        await using var read = await database.OpenReadAsync(cancellationToken);
        var rows = (await read.QueryAsync<(long Id, string Name)>(new(
            "SELECT id, name FROM catalog_import WHERE parent = @parent AND id < @before ORDER BY id DESC LIMIT @limit",
            new { parent = parent.ToString(), before, limit = size + 1 }, cancellationToken: cancellationToken))).AsList();
        return new([.. rows.Take(size).Select(row => row.Name)], rows.Count > size ? PageToken.Write($"imports|{parent}", rows[size - 1].Id.ToString(CultureInfo.InvariantCulture)) : "");
    }

    /// <summary>Stores the answers to a run of rows, all or none.</summary>
    public Task AppendAsync(long import, IReadOnlyList<AnsweredRow> rows, CancellationToken cancellationToken)
    {
        var answers = rows.Select(row => new
        {
            row = row.Result.Row,
            kind = row.Kind?.ToString() ?? "",
            reference = row.Result.SourceReference,
            outcome = row.Result.Outcome.ToString(),
            item = row.Result.Item,
            detail = new Detail(row.Result.Errors, row.Result.ChangedFields, row.Result.SuspectedDuplicates),
            sketch = row.Sketch is null ? null : Convert.ToHexString(row.Sketch),
            bands = row.Bands,
        });
        return database.WriteAsync(
            """
            INSERT INTO catalog_import_row(import, row, kind, reference, outcome, item, detail)
            SELECT @import, CAST(value ->> 'row' AS BIGINT), value ->> 'kind', value ->> 'reference', value ->> 'outcome', value ->> 'item', value -> 'detail' FROM json_each(@rows) WHERE TRUE ON CONFLICT DO NOTHING;
            INSERT INTO catalog_import_fingerprint(import, row, sketch)
            SELECT @import, CAST(value ->> 'row' AS BIGINT), unhex(value ->> 'sketch') FROM json_each(@rows) WHERE value ->> 'sketch' IS NOT NULL ON CONFLICT DO NOTHING;
            INSERT INTO catalog_import_band(import, band, row)
            SELECT @import, CAST(b.atom AS BIGINT), CAST(r.value ->> 'row' AS BIGINT) FROM json_each(@rows) r, json_each(CAST(r.value -> 'bands' AS TEXT)) b WHERE TRUE ON CONFLICT DO NOTHING;
            """,
            cancellationToken, ("@import", import), ("@rows", SqlJson.Of(answers)));
    }

    /// <summary>How many rows were answered, by outcome.</summary>
    public async Task<CatalogImportCounts> CountAsync(long import, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        var counts = (await read.QueryAsync<(string Outcome, int Count)>(new(
            "SELECT outcome, COUNT(*) FROM catalog_import_row WHERE import = @import GROUP BY outcome UNION ALL SELECT 'Duplicates', COUNT(*) FROM catalog_import_row WHERE import = @import AND detail -> 'duplicates' ->> 0 IS NOT NULL",
            new { import }, cancellationToken: cancellationToken))).ToDictionary();
        int Of(string outcome) => counts.GetValueOrDefault(outcome);
        return new(Of("Created"), Of("Changed"), Of("Unchanged"), Of("Refused"), Of("Missing"), Of("Duplicates"));
    }

    /// <summary>The answers to a run of rows that were answered before.</summary>
    public async Task<IReadOnlyList<CatalogRowResult>> ReadAsync(long import, int firstRow, int count, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return [.. (await read.QueryAsync<Row>(new(
            $"{Select} WHERE import = @import AND row >= @firstRow AND row < @end ORDER BY row", new { import, firstRow, end = firstRow + count }, cancellationToken: cancellationToken))).Select(Decode)];
    }

    /// <summary>One page of the answers; the filter is empty or <c>outcome = REFUSED</c> or the like, or <c>suspectedDuplicates:*</c>.</summary>
    public async Task<Page<CatalogRowResult>> ListRowsAsync(long import, string filter, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var size = PageSize(pageSize, MaxPageSize);
        var arguments = $"rows|{import}|{filter}";
        var after = PageToken.ReadNumbers(pageToken, arguments, keys: 1) is [var row] ? row : 0;
        var condition = filter.Replace(" ", "", StringComparison.Ordinal) switch
        {
            "" => "TRUE",
            "suspectedDuplicates:*" => "detail -> 'duplicates' ->> 0 IS NOT NULL",
            var outcome when outcome.StartsWith("outcome=", StringComparison.Ordinal) && Enum.TryParse<ImportOutcome>(outcome[8..], ignoreCase: true, out var wanted) => $"outcome = '{wanted}'",
            _ => throw MatchingException.Invalid("filter", $"'{ResourceId.Excerpt(filter)}' cannot be read; give outcome = CREATED, CHANGED, UNCHANGED, REFUSED or MISSING, or suspectedDuplicates:*."),
        };
        await using var read = await database.OpenReadAsync(cancellationToken);
        var rows = (await read.QueryAsync<Row>(new(
            $"{Select} WHERE import = @import AND row > @after AND {condition} ORDER BY row LIMIT @limit", new { import, after, limit = size + 1 }, cancellationToken: cancellationToken))).Select(Decode).ToList();
        return new([.. rows.Take(size)], rows.Count > size ? PageToken.Write(arguments, rows[size - 1].Row.ToString(CultureInfo.InvariantCulture)) : "");
    }

    /// <summary>The rows of an import that already name one of these references.</summary>
    public async Task<IReadOnlyDictionary<(string Kind, string Reference), int>> FindReferencesAsync(long import, IReadOnlyCollection<string> references, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<(string Kind, string Reference, int Row)>(new(
            "SELECT kind, reference, MIN(row) FROM catalog_import_row WHERE import = @import AND kind IN ('Offer', 'Need') AND reference IN (SELECT atom FROM json_each(@references)) GROUP BY kind, reference",
            new { import, references = SqlJson.Of(references) }, cancellationToken: cancellationToken))).ToDictionary(row => (row.Kind, row.Reference), row => row.Row);
    }

    /// <summary>Adds an answer for each published item of the catalogue that no row names; items without a source reference were never in it. Safe to repeat.</summary>
    /// <remarks>Only kinds that occur in the file are looked at.</remarks>
    public async Task AddMissingAsync(long import, ParentId parent, CancellationToken cancellationToken)
    {
        foreach (var kind in Enum.GetNames<ItemKind>())
        {
            for (var after = ""; after is not null;)
            {
                var missing = await database.ReadAsync<(string Name, string Reference)>(
                    """
                    SELECT r.name, r.source_reference FROM register r
                    WHERE r.parent = @parent AND r.kind = lower(@kind) AND r.name > @after AND r.state = 'PUBLISHED' AND r.source_reference IS NOT NULL
                      AND EXISTS (SELECT 1 FROM catalog_import_row WHERE import = @import AND kind = @kind)
                      AND NOT EXISTS (SELECT 1 FROM catalog_import_row WHERE import = @import AND kind = @kind AND reference = r.source_reference)
                    ORDER BY r.name LIMIT @limit
                    """,
                    new { import, parent = parent.ToString(), kind, after, limit = Batch }, cancellationToken);
                await database.WriteAsync(
                    """
                    INSERT INTO catalog_import_row(import, row, kind, reference, outcome, item, detail)
                    SELECT @import, (SELECT MAX(row) FROM catalog_import_row WHERE import = @import) + key + 1, @kind, value ->> 'reference', 'Missing', value ->> 'name', '{}' FROM json_each(@missing)
                    """,
                    cancellationToken, ("@import", import), ("@kind", kind), ("@missing", SqlJson.Of(missing.Select(item => new { name = item.Name, reference = item.Reference }))));
                after = missing.Count == Batch ? missing[^1].Name : null;
            }
        }
    }

    /// <summary>The next items reported missing behind a row, with their rows.</summary>
    public async Task<IReadOnlyList<(int Row, string Item)>> ListMissingAsync(long import, int afterRow, int limit, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<(int, string)>(new(
            "SELECT row, item FROM catalog_import_row WHERE import = @import AND row > @afterRow AND outcome = 'Missing' ORDER BY row LIMIT @limit", new { import, afterRow, limit }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>A search for rows whose text is nearly that of an earlier row or of an item.</summary>
    public Task<SuspectSearch> SearchSuspectsAsync(CancellationToken cancellationToken) => SuspectSearch.OpenAsync(database, cancellationToken);

    /// <summary>Notes what a search found and forgets the import's fingerprints. Safe to repeat.</summary>
    public async Task CloseAsync(long import, SuspectSearch found, CancellationToken cancellationToken)
    {
        foreach (var chunk in found.Read().Chunk(Batch))
        {
            await database.WriteAsync(
                "UPDATE catalog_import_row SET detail = json_patch(detail, @found) WHERE import = @import AND row = @row",
                [.. chunk.Select(pair => new (string, object)[] { ("@import", import), ("@row", pair.Row), ("@found", SqlJson.Of(new { duplicates = pair.Others })) })],
                cancellationToken);
        }

        await ForgetFingerprintsAsync(import, cancellationToken);
    }

    /// <summary>The next imports, by id, that were begun before a moment.</summary>
    public async Task<IReadOnlyList<(long Id, string Name)>> ListOldAsync(DateTimeOffset before, long afterId, int limit, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<(long, string)>(new(
            "SELECT id, name FROM catalog_import WHERE id > @afterId AND create_time < @before ORDER BY id LIMIT @limit", new { afterId, before = StateJson.Format(before), limit }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>Deletes an import's rows. Safe to repeat.</summary>
    public async Task ForgetRowsAsync(long import, CancellationToken cancellationToken)
    {
        await ForgetFingerprintsAsync(import, cancellationToken);
        await DeleteAsync("catalog_import_row", "row", import, cancellationToken);
    }

    /// <summary>Takes an import out of the list of its parent's; another one may get its id.</summary>
    public Task RemoveAsync(long import, CancellationToken cancellationToken) =>
        database.WriteAsync("DELETE FROM catalog_import WHERE id = @import", cancellationToken, ("@import", import));

    private async Task ForgetFingerprintsAsync(long import, CancellationToken cancellationToken)
    {
        await DeleteAsync("catalog_import_band", "band, row", import, cancellationToken);
        await DeleteAsync("catalog_import_fingerprint", "row", import, cancellationToken);
    }

    /// <summary>Deletes what a table holds of an import, a batch at a time: other writers never wait for long.</summary>
    private async Task DeleteAsync(string table, string key, long import, CancellationToken cancellationToken)
    {
        while ((await database.ReadAsync<bool>($"SELECT EXISTS (SELECT 1 FROM {table} WHERE import = @import)", new { import }, cancellationToken))[0])
        {
            await database.WriteAsync(
                $"DELETE FROM {table} WHERE (import, {key}) IN (SELECT import, {key} FROM {table} WHERE import = @import LIMIT {5 * Batch})", cancellationToken, ("@import", import));
        }
    }

    private const string Select = "SELECT row AS Number, reference AS Reference, outcome AS Outcome, item AS Item, detail AS Details FROM catalog_import_row";

    private static CatalogRowResult Decode(Row row)
    {
        var detail = JsonSerializer.Deserialize<Detail>(row.Details, JsonSerializerOptions.Web)!;
        return new((int)row.Number, row.Reference, Enum.Parse<ImportOutcome>(row.Outcome), row.Item, detail.Errors ?? [], detail.Changed ?? [], detail.Duplicates ?? []);
    }

    private static int PageSize(int asked, int max) => asked switch
    {
        < 0 => throw MatchingException.Invalid("pageSize", $"{asked} is negative; 0 asks for the default of {DefaultPageSize}."),
        0 => DefaultPageSize,
        _ => Math.Min(asked, max),
    };

    private sealed class Row
    {
        public long Number { get; init; }

        public string Reference { get; init; } = "";

        public string Outcome { get; init; } = "";

        public string Item { get; init; } = "";

        public string Details { get; init; } = "";
    }

    private sealed record Detail(
        [property: System.Text.Json.Serialization.JsonPropertyName("errors")] IReadOnlyList<FieldViolation>? Errors,
        [property: System.Text.Json.Serialization.JsonPropertyName("changed")] IReadOnlyList<string>? Changed,
        [property: System.Text.Json.Serialization.JsonPropertyName("duplicates")] IReadOnlyList<string>? Duplicates);
}
