using System.Data.Common;
using System.Reflection;
using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.PostgreSql;
using CooperaNet.Matching.Sqlite;
using Dapper;

namespace CooperaNet.Matching.Storage;

/// <summary>The exchange's database, its schema brought up to date. One SQL text serves both kinds wherever it can; <see cref="Sql"/> has the rest.</summary>
public abstract class ExchangeDatabase : IAsyncDisposable
{
    /// <summary>What Orleans' grain storage calls this service in its rows.</summary>
    public const string Service = "cooperanet";

    /// <summary>Where the data lies, for people: a file, or server and database. Holds no secret.</summary>
    public abstract string Location { get; }

    /// <summary>The folder for what lies in files, absolute: copies of models, and SQLite's database.</summary>
    public abstract string Folder { get; }

    /// <summary>What Orleans calls this kind of database.</summary>
    public abstract string Invariant { get; }

    /// <summary>What Orleans' grain storage reads and writes through.</summary>
    public abstract DbDataSource DataSource { get; }

    /// <summary>How other libraries reach the server that several processes may share, a secret; null for a database of one process.</summary>
    public virtual string? ServerConnectionString => null;

    internal abstract Dialect Sql { get; }

    /// <summary>Opens the database that the options name, and creates or updates its schema.</summary>
    /// <exception cref="StorageException">It cannot be used; nothing was changed.</exception>
    public static async Task<ExchangeDatabase> OpenAsync(StorageOptions options, CancellationToken cancellationToken)
    {
        var connectionString = options.ReadConnectionString();
        return options.Provider switch
        {
            StorageProvider.Sqlite when connectionString is null => SqliteDatabase.Open(options.Directory),
            StorageProvider.Sqlite => throw new StorageException("Storage__ConnectionString is set, but Storage__Provider is Sqlite, which has none. Set Storage__Provider=PostgreSql, or leave the connection string out."),
            StorageProvider.PostgreSql => await PostgreSqlDatabase.OpenAsync(
                connectionString ?? throw NoConnectionString(), options.Directory, cancellationToken),
            _ => throw new StorageException($"Storage__Provider is '{options.Provider}'; it is Sqlite or PostgreSql."),
        };
    }

    /// <summary>A connection that only reads, beside whoever uses the database.</summary>
    /// <exception cref="StorageException">There is no database.</exception>
    internal static async Task<(Dialect Sql, DbConnection Connection)> OpenReadOnlyAsync(StorageOptions options, CancellationToken cancellationToken) =>
        options.Provider == StorageProvider.PostgreSql
            ? (Dialect.PostgreSql, await PostgreSqlDatabase.OpenReadOnlyAsync(options.ReadConnectionString() ?? throw NoConnectionString(), cancellationToken))
            : (Dialect.Sqlite, await SqliteDatabase.OpenReadOnlyAsync(options.Directory, cancellationToken));

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Checks that no silo runs, for those who write beneath the grains; the folder of an SQLite exchange is locked by its one silo already.</summary>
    /// <exception cref="StorageException">One runs.</exception>
    public virtual Task CheckRestsAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A connection to read through.</summary>
    internal abstract ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken);

    /// <summary>Stops what a connection reads when a caller no longer waits, until it is disposed of; null where the connection's calls do so themselves.</summary>
    internal virtual IDisposable? Interrupt(DbConnection connection, CancellationToken cancellationToken) => null;

    /// <summary>Reads and gives the connection back, so that nobody writes while holding one: with few connections that would wait for itself.</summary>
    internal async Task<List<T>> ReadAsync<T>(string text, object? parameters, CancellationToken cancellationToken)
    {
        await using var read = await OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<T>(new(text, parameters, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>A connection whose temporary tables lie on disk, however large they grow.</summary>
    internal abstract ValueTask<DbConnection> OpenScratchAsync(CancellationToken cancellationToken);

    internal Task WriteAsync(string text, CancellationToken cancellationToken, params (string Name, object Value)[] parameters) =>
        WriteAsync(text, [parameters], cancellationToken);

    /// <summary>Runs statements, which semicolons divide, for each row of parameters, all or none.</summary>
    internal abstract Task WriteAsync(string text, IReadOnlyList<(string Name, object Value)[]> rows, CancellationToken cancellationToken);

    /// <summary>Writes new items, all or none; the database's triggers do the rest.</summary>
    internal abstract Task WriteBulkAsync(string model, IReadOnlyList<BulkItem> items, CancellationToken cancellationToken);

    /// <summary>The scripts of one kind of database in order; script n takes the schema from version n-1 to n.</summary>
    private protected static List<string> Scripts(string kind)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith($"{kind}/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        })];
    }

    private static StorageException NoConnectionString() => new("Storage__Provider is PostgreSql, but neither Storage__ConnectionString nor Storage__ConnectionStringFile is set.");

    internal static string Newer(string location, int version, int known) =>
        $"The database '{location}' has schema version {version}, newer than this program's {known}. Run the newer program, or restore a backup made by this one.";
}
