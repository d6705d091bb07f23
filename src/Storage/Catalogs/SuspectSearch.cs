using Dapper;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.Catalogs;

/// <summary>
/// Finds rows of an import whose text is nearly that of an earlier row or of an item. Texts are read band by band and pairs
/// are kept in a temporary table, so that the memory needed is that of one band's first texts, however long the import.
/// </summary>
public sealed class SuspectSearch : IDisposable
{
    /// <summary>Of a band with more texts than this the first ones stand for all.</summary>
    private const int MaxBand = 20;

    /// <summary>Duplicates named for one row.</summary>
    private const int MaxNamed = 5;

    /// <summary>The texts of the import's bands in the order of bands, in each the items (row 0) and then the rows; items that the import itself names are no duplicates of its rows.</summary>
    private const string Texts =
        """
        SELECT b.band AS Band, 0 AS Row, i.item AS Item, f.sketch AS Sketch
        FROM catalog_import_band b CROSS JOIN fingerprint_band i ON i.band = b.band CROSS JOIN fingerprint f ON f.item = i.item CROSS JOIN register r ON r.id = i.item AND r.state = 'PUBLISHED'
        WHERE b.import = @import AND b.row = (SELECT MIN(row) FROM catalog_import_band WHERE import = @import AND band = b.band)
          AND NOT EXISTS (SELECT 1 FROM catalog_import_row s INDEXED BY ix_catalog_import_row_reference WHERE s.import = @import AND s.kind = iif(r.kind = 'offer', 'Offer', 'Need') AND s.reference = IFNULL(r.source_reference, '') AND s.item = r.name)
        UNION ALL
        SELECT b.band, b.row, 0, f.sketch FROM catalog_import_band b CROSS JOIN catalog_import_fingerprint f ON f.import = b.import AND f.row = b.row WHERE b.import = @import
        ORDER BY 1, 2
        """;

    private readonly SqliteConnection connection;
    private readonly SqliteTransaction transaction;

    /// <param name="connection">A connection that reads; disposed of with this.</param>
    internal SuspectSearch(SqliteConnection connection)
    {
        this.connection = connection;
        connection.Execute("PRAGMA temp_store = FILE");
        transaction = connection.BeginTransaction(deferred: true); // one moment of the database, and no journal for each pair
        connection.Execute("CREATE TEMP TABLE suspect (row INTEGER NOT NULL, item INTEGER NOT NULL, other INTEGER NOT NULL, PRIMARY KEY (row, item, other)) WITHOUT ROWID", transaction: transaction);
    }

    /// <summary>Compares the texts that share a band: each with the first ones of it. Runs for seconds on a long import.</summary>
    /// <remarks>O(rows + items in their bands).</remarks>
    public SuspectSearch Compare(long import, Func<byte[], byte[], bool> similar, CancellationToken cancellationToken)
    {
        using var pairs = new SqliteCommand("INSERT OR IGNORE INTO suspect VALUES (@row, @item, @other)", connection, transaction);
        var (row, item, other) = (pairs.Parameters.Add("@row", SqliteType.Integer), pairs.Parameters.Add("@item", SqliteType.Integer), pairs.Parameters.Add("@other", SqliteType.Integer));
        var band = 0L;
        var (items, rows) = (new List<Text>(MaxBand), new List<Text>(MaxBand));
        foreach (var text in connection.Query<Text>(Texts, new { import }, transaction, buffered: false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (text.Band != band)
            {
                band = text.Band;
                items.Clear();
                rows.Clear();
            }

            var members = text.Row == 0 ? items : rows;
            foreach (var earlier in text.Row == 0 ? [] : Alike(items, text).Concat(Alike(rows, text)))
            {
                (row.Value, item.Value, other.Value) = (text.Row, earlier.Item, earlier.Row);
                pairs.ExecuteNonQuery();
            }

            if (members.Count < MaxBand)
            {
                members.Add(text);
            }
        }

        return this;

        IEnumerable<Text> Alike(List<Text> members, Text text) => members.Where(member => similar(member.Sketch, text.Sketch)).Take(MaxNamed);
    }

    /// <summary>What was found, row by row: earlier rows, then items.</summary>
    internal IEnumerable<(int Row, IReadOnlyList<string> Others)> Read()
    {
        var (current, others) = (0L, new List<string>());
        foreach (var (row, name) in connection.Query<(long Row, string Name)>(
            "SELECT s.row, IFNULL(r.name, 'row ' || s.other) FROM suspect s LEFT JOIN register r ON r.id = s.item ORDER BY s.row, s.item, s.other", transaction: transaction, buffered: false))
        {
            if (row != current && others.Count > 0)
            {
                yield return ((int)current, others);
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
            yield return ((int)current, others);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        transaction.Dispose(); // rolls back: the temporary table goes with it
        connection.Dispose();
    }

    private sealed class Text
    {
        public long Band { get; init; }

        public long Row { get; init; }

        public long Item { get; init; }

        public byte[] Sketch { get; init; } = [];
    }
}
