using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.Storage;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.Sqlite;

/// <summary>Writes many new items past the queue, on a connection of its own: prepared statements, one transaction a batch.</summary>
/// <remarks>
/// Names are hashed, so that each item dirties other pages of the indexes: with a large cache and rare checkpoints each page is written
/// once for many items. A commit does not wait for the disk; a load that a power cut ends can be repeated.
/// </remarks>
internal sealed class SqliteBulk : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly PreparedCommands commands;

    public SqliteBulk(string path)
    {
        connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        commands = new(connection);
        commands.Execute("PRAGMA synchronous = NORMAL");
        commands.Execute("PRAGMA cache_size = -1000000"); // KiB
        commands.Execute("PRAGMA wal_autocheckpoint = 262144"); // pages: 1 GiB
    }

    public void Write(string model, IReadOnlyList<BulkItem> items)
    {
        var state = commands.Get("INSERT INTO OrleansStorage(GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version) VALUES (@nameHash, 0, 0, @typeHash, @type, @name, @service, @state, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 1) RETURNING Id");
        var encoding = commands.Get("INSERT INTO encoding(item, model, revision, data) VALUES (@id, @model, 1, @data)");
        var fingerprint = commands.Get("INSERT INTO fingerprint(item, revision, sketch) VALUES (@id, 1, @sketch)");
        var band = commands.Get("INSERT INTO fingerprint_band(band, item) VALUES (@band, @id) ON CONFLICT DO NOTHING");
        using var transaction = connection.BeginTransaction();
        foreach (var command in (SqliteCommand[])[state, encoding, fingerprint, band])
        {
            command.Transaction = transaction;
        }

        foreach (var item in items)
        {
            var id = SqliteDatabase.With(state, ("@nameHash", item.NameHash), ("@typeHash", item.StateNameHash), ("@type", item.StateName), ("@name", item.Name), ("@service", ExchangeDatabase.Service), ("@state", item.State)).ExecuteScalar()!;
            SqliteDatabase.With(encoding, ("@id", id), ("@model", model), ("@data", item.Encoding)).ExecuteNonQuery();
            if (item.Sketch is not null)
            {
                SqliteDatabase.With(fingerprint, ("@id", id), ("@sketch", item.Sketch)).ExecuteNonQuery();
            }

            foreach (var value in item.Bands)
            {
                SqliteDatabase.With(band, ("@id", id), ("@band", value)).ExecuteNonQuery();
            }
        }

        transaction.Commit();
    }

    /// <summary>Brings everything to the disk.</summary>
    public void Dispose()
    {
        commands.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        commands.Dispose();
        connection.Dispose();
    }
}
