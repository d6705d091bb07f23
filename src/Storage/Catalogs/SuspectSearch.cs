using System.Data.Common;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Catalogs;

/// <summary>
/// Finds rows of an import whose text is nearly that of an earlier row or of an item that the import does not name itself. Reads who
/// shares which band in the order of bands, the sketches of those who share one, and keeps pairs in a temporary table, so that the
/// memory needed is that of some bands' first texts, and of the ids of the import's own items.
/// </summary>
public sealed class SuspectSearch : IAsyncDisposable
{
    /// <summary>Of a band with more rows than this, or more items, the first ones stand for all.</summary>
    private const int MaxBand = 20;

    /// <summary>Items of a band that are looked at to find <see cref="MaxBand"/> that are published.</summary>
    private const int MaxItems = 100;

    /// <summary>Duplicates named for one row.</summary>
    private const int MaxNamed = 5;

    /// <summary>The first band comes only when all are sorted.</summary>
    private const int NoTimeout = 0;

    /// <summary>Texts compared, and pairs written, at once.</summary>
    private const int Batch = 1_000;

    /// <summary>The import's bands in their order: who is in each, items (row 0) before rows. CROSS JOIN: SQLite takes the tables in this order.</summary>
    private const string Bands =
        """
        SELECT b.band AS Band, 0 AS Row, i.item AS Item FROM catalog_import_band b CROSS JOIN fingerprint_band i
        WHERE b.import = @import AND i.band = b.band AND b.row = (SELECT MIN(row) FROM catalog_import_band WHERE import = @import AND band = b.band)
        UNION ALL
        SELECT band, row, 0 FROM catalog_import_band WHERE import = @import
        ORDER BY 1, 2, 3
        """;

    /// <summary>A search holds two connections while it waits for a third: several at once could wait for each other.</summary>
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    private readonly DbConnection bands;
    private readonly DbConnection pairs;

    private SuspectSearch(DbConnection bands, DbConnection pairs) => (this.bands, this.pairs) = (bands, pairs);

    internal static async Task<SuspectSearch> OpenAsync(ExchangeDatabase database, CancellationToken cancellationToken)
    {
        await OneAtATime.WaitAsync(cancellationToken);
        DbConnection? bands = null, pairs = null;
        try
        {
            bands = await database.OpenReadAsync(cancellationToken);
            pairs = await database.OpenScratchAsync(cancellationToken);
            // Outside of a transaction: on PostgreSQL an open one would keep followers waiting until the search ends.
            await pairs.ExecuteAsync(new("CREATE TEMP TABLE suspect (row INTEGER NOT NULL, item BIGINT NOT NULL, other INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (row, item, other))", cancellationToken: cancellationToken));
            return new(bands, pairs);
        }
        catch
        {
            await CloseAsync(bands, pairs);
            throw;
        }
    }

    /// <summary>Compares the texts that share a band: each row with the first items and rows of it. Runs for a minute on a long import.</summary>
    /// <remarks>O(rows + items in their bands).</remarks>
    public SuspectSearch Compare(long import, Func<byte[], byte[], bool> similar, CancellationToken cancellationToken)
    {
        var own = bands.Query<long>("SELECT r.id FROM catalog_import_row s JOIN register r ON r.name = s.item WHERE s.import = @import", new { import }, commandTimeout: NoTimeout).ToHashSet();
        var (band, full, texts) = (new Band(0), new List<Band>(), 0);
        foreach (var (number, row, item) in bands.Query<(long, int, long)>(Bands, new { import }, buffered: false, commandTimeout: NoTimeout))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (number != band.Number)
            {
                End(band);
                band = new(number);
            }

            if (row == 0 && band.Items.Count < MaxItems && !own.Contains(item))
            {
                band.Items.Add(item);
            }
            else if (row > 0)
            {
                band.Rows.Add(row);
                if (band.First.Count < MaxBand)
                {
                    band.First.Add(row);
                }

                if (band.Rows.Count == Batch)
                {
                    End(band);
                    band = band with { Rows = [] };
                }
            }
        }

        End(band);
        Compare(import, full, similar);
        return this;

        void End(Band ended)
        {
            if (ended.Rows.Count == 0 || ended.Items.Count + ended.First.Count < 2)
            {
                return; // it shares its band with nobody
            }

            full.Add(ended);
            if ((texts += ended.Items.Count + ended.Rows.Count) >= Batch)
            {
                Compare(import, full, similar);
                full.Clear();
                texts = 0;
            }
        }
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
            await CloseAsync(bands, pairs);
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

    private void Compare(long import, List<Band> full, Func<byte[], byte[], bool> similar)
    {
        var rows = Fetch("SELECT row AS Id, '' AS Name, sketch AS Sketch FROM catalog_import_fingerprint WHERE import = @import AND row IN", full.SelectMany(band => band.First.Concat(band.Rows)).Select(row => (long)row));
        var items = Fetch("SELECT f.item AS Id, r.name AS Name, f.sketch AS Sketch FROM fingerprint f JOIN register r ON r.id = f.item WHERE r.state = 'PUBLISHED' AND f.item IN", full.SelectMany(band => band.Items));
        var found = new List<Pair>();
        foreach (var band in full)
        {
            var published = band.Items.Where(items.ContainsKey).Take(MaxBand).ToList();
            foreach (var row in band.Rows)
            {
                found.AddRange(published.Where(item => similar(items[item].Sketch, rows[row].Sketch)).Take(MaxNamed).Select(item => new Pair(row, item, 0, items[item].Name)));
                found.AddRange(band.First.Where(first => first < row && similar(rows[first].Sketch, rows[row].Sketch)).Take(MaxNamed).Select(first => new Pair(row, 0, first, $"row {first}")));
            }
        }

        found.Chunk(Batch).ToList().ForEach(Keep);

        Dictionary<long, Text> Fetch(string select, IEnumerable<long> ids) => pairs.Query<Text>(
            $"{select} (SELECT CAST(value AS BIGINT) FROM json_each(@ids))", new { import, ids = SqlJson.Of(ids.Distinct()) }).ToDictionary(text => text.Id);
    }

    private void Keep(IReadOnlyList<Pair> found) => pairs.Execute(
        """
        INSERT INTO suspect(row, item, other, name)
        SELECT CAST(value ->> 'Row' AS BIGINT), CAST(value ->> 'Item' AS BIGINT), CAST(value ->> 'Other' AS BIGINT), value ->> 'Name' FROM json_each(@found) WHERE TRUE ON CONFLICT DO NOTHING
        """,
        new { found = SqlJson.Of(found) });

    /// <summary>Who shares a band.</summary>
    /// <param name="Number">The band.</param>
    private sealed record Band(long Number)
    {
        /// <summary>Items that the import does not name.</summary>
        public List<long> Items { get; } = [];

        /// <summary>The first rows, with which the others are compared.</summary>
        public List<int> First { get; } = [];

        /// <summary>The rows to compare.</summary>
        public List<int> Rows { get; init; } = [];
    }

    /// <summary>A row and what it resembles.</summary>
    /// <param name="Row">The row.</param>
    /// <param name="Item">An item's id, or 0.</param>
    /// <param name="Other">An earlier row, or 0.</param>
    /// <param name="Name">As it is told.</param>
    private sealed record Pair(int Row, long Item, int Other, string Name);

    private sealed class Text
    {
        public long Id { get; init; }

        public string Name { get; init; } = "";

        public byte[] Sketch { get; init; } = [];
    }
}
