using System.Data.Common;
using System.Globalization;
using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.Sqlite;

/// <summary>
/// A SQLite database, opened for this process alone. Opening checks that the folder can be written, that no other
/// process uses it and that the file is sound, and brings the schema up to date.
/// </summary>
internal sealed class SqliteDatabase : ExchangeDatabase
{
    /// <summary>Larger files are checked by the command verify only: reading all of them would delay each start.</summary>
    private const long CheckedAtStart = 256L << 20;

    private readonly FileStream folderLock;
    private readonly GroupCommitDataSource source;
    private SqliteBulk? bulk;

    private SqliteDatabase(string path, FileStream folderLock)
    {
        Location = path;
        this.folderLock = folderLock;
        source = new GroupCommitDataSource(path);
    }

    /// <summary>The database file, absolute.</summary>
    public override string Location { get; }

    public override string Folder => Path.GetDirectoryName(Location)!;

    public override string Invariant => "System.Data.SQLite"; // Orleans' name for Microsoft.Data.Sqlite

    public override DbDataSource DataSource => source;

    internal override Dialect Sql => Dialect.Sqlite;

    /// <summary>Opens or creates the database in a folder.</summary>
    /// <exception cref="StorageException">The folder or the file cannot be used.</exception>
    public static SqliteDatabase Open(string directory)
    {
        var path = Path.GetFullPath(Path.Combine(directory, "exchange.db"));
        var folderLock = Lock(Path.GetDirectoryName(path)!);
        try
        {
            Migrate(path);
            return new SqliteDatabase(path, folderLock);
        }
        catch (SqliteException error)
        {
            folderLock.Dispose();
            throw new StorageException(Explain(path, error), error);
        }
        catch (StorageException)
        {
            folderLock.Dispose();
            throw;
        }
    }

    public static async Task<DbConnection> OpenReadOnlyAsync(string directory, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(Path.Combine(directory, "exchange.db"));
        if (!File.Exists(path))
        {
            throw new StorageException($"There is no database '{path}'. Set Storage__Directory to the folder of the exchange.");
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public override async ValueTask DisposeAsync()
    {
        bulk?.Dispose();
        await source.DisposeAsync();
        await folderLock.DisposeAsync();
    }

    /// <summary>A read connection that knows <c>holds(payload, words)</c>: free text over title and summary.</summary>
    internal override ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken)
    {
        var connection = source.OpenRead();
        connection.CreateFunction("holds", (byte[] payload, string words) => FreeText.Holds(payload, words), isDeterministic: true);
        return new(connection);
    }

    internal override IDisposable Interrupt(DbConnection connection, CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static reading => SQLitePCL.raw.sqlite3_interrupt(((SqliteConnection)reading!).Handle), connection);

    internal override ValueTask<DbConnection> OpenScratchAsync(CancellationToken cancellationToken)
    {
        var connection = source.OpenRead();
        connection.Execute("PRAGMA temp_store = FILE");
        return new(connection);
    }

    internal override Task WriteAsync(string text, IReadOnlyList<(string Name, object Value)[]> rows, CancellationToken cancellationToken) => source.WriteAsync(
        commands =>
        {
            var command = commands.Get(text);
            foreach (var row in rows)
            {
                With(command, row).ExecuteNonQuery();
            }

            return BufferedReader.Empty;
        },
        cancellationToken);

    internal override Task WriteBulkAsync(string model, IReadOnlyList<BulkItem> items, CancellationToken cancellationToken)
    {
        bulk ??= new(Location);
        bulk.Write(model, items);
        return Task.CompletedTask;
    }

    /// <summary>The command with these parameters and no others.</summary>
    internal static SqliteCommand With(SqliteCommand command, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(Path.Combine(folder, "exchange.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(
                error is UnauthorizedAccessException || !error.Message.Contains("being used", StringComparison.Ordinal)
                    ? $"The storage folder '{folder}' cannot be written: {error.Message} Set Storage__Directory to a folder this account may write."
                    : $"Another process already uses the storage folder '{folder}'. Stop it, or set Storage__Directory to another folder.",
                error);
        }
    }

    private static void Migrate(string path)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
        var scripts = Scripts("Sqlite");
        var version = connection.ExecuteScalar<int>("PRAGMA user_version");
        if (version > scripts.Count)
        {
            throw new StorageException(Newer(path, version, scripts.Count));
        }

        for (; version < scripts.Count; version++)
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(scripts[version], transaction: transaction);
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version + 1}"), transaction: transaction);
            transaction.Commit();
        }

        if (new FileInfo(path).Length <= CheckedAtStart && connection.ExecuteScalar<string>("PRAGMA quick_check(1)") is var check && check != "ok")
        {
            throw new StorageException($"The database '{path}' is damaged: {check}. Restore it from a backup; nothing was changed.");
        }
    }

    private static string Explain(string path, SqliteException error) => error.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT => $"The file '{path}' is not a sound SQLite database: {error.Message}. Restore it from a backup; nothing was changed.",
        SQLitePCL.raw.SQLITE_FULL => $"The disk that holds '{path}' is full. Free some space and start again; nothing was lost.",
        SQLitePCL.raw.SQLITE_IOERR => $"The disk that holds '{path}' is full or failing ({error.Message}). Free some space or check the disk, and start again.",
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => $"Another program holds the database '{path}' open for writing. Close it and start again.",
        _ => $"The database '{path}' cannot be opened: {error.Message}.",
    };
}
