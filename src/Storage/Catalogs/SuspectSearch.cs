using System.Data.Common;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Catalogs;

/// <summary>
/// Finds rows of an import whose text is nearly that of an earlier row or of an item. Texts are read band by band and pairs
/// are kept in a temporary table, so that the memory needed is that of one band's first texts, however long the import.
/// </summary>
public sealed class SuspectSearch : IAsyncDisposable
{
    /// <summary>Of a band with more texts than this the first ones stand for all.</summary>
    private const int MaxBand = 20;

    /// <summary>Duplicates named for one row.</summary>
    private const int MaxNamed = 5;

    /// <summary>The first row comes only when all are sorted.</summary>
    private const int NoTimeout = 0;

    /// <summary>Pairs written at once.</summary>
    private const int Batch = 1_000;

    /// <summary>A search holds two connections while it waits for a third: several at once could wait for each other.</summary>
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    private readonly DbConnection texts;
    private readonly DbConnection pairs;
    private readonly string select;

    private SuspectSearch(DbConnection texts, DbConnection pairs, Dialect sql)
    {
        (this.texts, this.pairs) = (texts, pairs);
        // The texts of the import's bands in the order of bands, in each the items (row 0) and then the rows; items that the
        // import itself names are no duplicates of its rows. CROSS JOIN: SQLite takes the tables in this order.
        select =
            $"""
            SELECT b.band AS Band, 0 AS Row, i.item AS Item, r.name AS Name, f.sketch AS Sketch
            FROM catalog_import_band b CROSS JOIN fingerprint_band i CROSS JOIN fingerprint f CROSS JOIN register r
            WHERE b.import = @import AND i.band = b.band AND f.item = i.item AND r.id = i.item AND r.state = 'PUBLISHED'
              AND b.row = (SELECT MIN(row) FROM catalog_import_band WHERE import = @import AND band = b.band)
              AND NOT EXISTS (SELECT 1 FROM catalog_import_row s {sql.IndexedBy("ix_catalog_import_row_reference")}
                WHERE s.import = @import AND s.kind = CASE r.kind WHEN 'offer' THEN 'Offer' ELSE 'Need' END AND s.reference = COALESCE(r.source_reference, '') AND s.item = r.name)
            UNION ALL
            SELECT b.band, b.row, 0, '', f.sketch FROM catalog_import_band b CROSS JOIN catalog_import_fingerprint f WHERE b.import = @import AND f.import = b.import AND f.row = b.row
            ORDER BY 1, 2
            """;
    }

    internal static async Task<SuspectSearch> OpenAsync(ExchangeDatabase database, CancellationToken cancellationToken)
    {
        await OneAtATime.WaitAsync(cancellationToken);
        DbConnection? texts = null, pairs = null;
        try
        {
            texts = await database.OpenReadAsync(cancellationToken);
            pairs = await database.OpenScratchAsync(cancellationToken);
            // Outside of a transaction: on PostgreSQL an open one would keep followers waiting until the search ends.
            await pairs.ExecuteAsync(new("CREATE TEMP TABLE suspect (row INTEGER NOT NULL, item BIGINT NOT NULL, other INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (row, item, other))", cancellationToken: cancellationToken));
            return new(texts, pairs, database.Sql);
        }
        catch
        {
            await CloseAsync(texts, pairs);
            throw;
        }
    }

    /// <summary>Compares the texts that share a band: each with the first ones of it. Runs for seconds on a long import.</summary>
    /// <remarks>O(rows + items in their bands).</remarks>
    public SuspectSearch Compare(long import, Func<byte[], byte[], bool> similar, CancellationToken cancellationToken)
    {
        var band = 0L;
        var (items, rows, found) = (new List<Text>(MaxBand), new List<Text>(MaxBand), new List<object>(Batch));
        foreach (var text in texts.Query<Text>(select, new { import }, buffered: false, commandTimeout: NoTimeout))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (text.Band != band)
            {
                band = text.Band;
                items.Clear();
                rows.Clear();
            }

            if (text.Row > 0)
            {
                found.AddRange(Alike(items, text).Concat(Alike(rows, text)).Select(earlier => new { row = text.Row, item = earlier.Item, other = earlier.Row, name = earlier.Row == 0 ? earlier.Name : $"row {earlier.Row}" }));
            }

            if (found.Count >= Batch)
            {
                Keep(found);
            }

            var members = text.Row == 0 ? items : rows;
            if (members.Count < MaxBand)
            {
                members.Add(text);
            }
        }

        Keep(found);
        return this;

        IEnumerable<Text> Alike(List<Text> members, Text text) => members.Where(member => similar(member.Sketch, text.Sketch)).Take(MaxNamed);
    }

    /// <summary>What was found, row by row: earlier rows, then items.</summary>
    internal IEnumerable<(int Row, IReadOnlyList<string> Others)> Read()
    {
        var (current, others) = (0, new List<string>());
        foreach (var (row, name) in pairs.Query<(int Row, string Name)>("SELECT row, name FROM suspect ORDER BY row, item, other", buffered: false))
        {
            if (row != current && others.Count > 0)
            {
                yield return (current, others);
                others = [];
            }

            current = row;
            if (others.Count < MaxNamed)
            {
                others.Add(name);
            }
        }

        if (others.Count > 0)
        {
            yield return (current, others);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await pairs.ExecuteAsync("DROP TABLE suspect"); // the connection goes back to its pool
        }
        finally
        {
            await CloseAsync(texts, pairs);
        }
    }

    private static async Task CloseAsync(params DbConnection?[] connections)
    {
        foreach (var connection in connections.OfType<DbConnection>())
        {
            await connection.DisposeAsync();
        }

        OneAtATime.Release();
    }

    private void Keep(List<object> found)
    {
        pairs.Execute(
            """
            INSERT INTO suspect(row, item, other, name)
            SELECT CAST(value ->> 'row' AS BIGINT), CAST(value ->> 'item' AS BIGINT), CAST(value ->> 'other' AS BIGINT), value ->> 'name' FROM json_each(@found) WHERE TRUE ON CONFLICT DO NOTHING
            """,
            new { found = SqlJson.Of(found) });
        found.Clear();
    }

    private sealed class Text
    {
        public long Band { get; init; }

        public long Row { get; init; }

        public long Item { get; init; }

        public string Name { get; init; } = "";

        public byte[] Sketch { get; init; } = [];
    }
}
