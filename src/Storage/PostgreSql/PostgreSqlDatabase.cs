using System.Data.Common;
using System.Globalization;
using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.Storage;
using Npgsql;

namespace CooperaNet.Matching.PostgreSql;

/// <summary>A PostgreSQL database, which several processes may open at once. Ours is one schema in it, so that it can be shared.</summary>
internal sealed class PostgreSqlDatabase : ExchangeDatabase
{
    public const string Schema = "exchange";

    /// <summary>What a connection string without these keywords gets. Our statements read pages: helpers of the server would cost each of them more than they bring.</summary>
    private const string Defaults = "Maximum Pool Size=32;Max Auto Prepare=100;Application Name=CooperaNet.Matching;Options='-c max_parallel_workers_per_gather=0';";

    private readonly NpgsqlDataSource source;

    private PostgreSqlDatabase(NpgsqlDataSource source, string connectionString, string location, string folder) => (this.source, ServerConnectionString, Location, Folder) = (source, connectionString, location, folder);

    public override string ServerConnectionString { get; }

    public override string Location { get; }

    public override string Folder { get; }

    public override string Invariant => "Npgsql";

    public override DbDataSource DataSource => source;

    internal override Dialect Sql => Dialect.PostgreSql;

    /// <summary>Connects, and creates or updates the schema.</summary>
    /// <exception cref="StorageException">The database cannot be used.</exception>
    public static async Task<PostgreSqlDatabase> OpenAsync(string connectionString, string folder, CancellationToken cancellationToken)
    {
        var settings = Read(connectionString);
        var location = string.Create(CultureInfo.InvariantCulture, $"{settings.Host}:{settings.Port}/{settings.Database}");
        var source = NpgsqlDataSource.Create(settings);
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await PostgreSqlSchema.MigrateAsync(connection, location, Scripts("PostgreSql"), cancellationToken);
            return new(source, settings.ToString(), location, Path.GetFullPath(folder));
        }
        catch (Exception error)
        {
            await source.DisposeAsync();
            throw PostgreSqlSchema.Explain(location, settings, error) is { } explanation ? new StorageException(explanation, error) : error;
        }
    }

    public static async Task<DbConnection> OpenReadOnlyAsync(string connectionString, CancellationToken cancellationToken)
    {
        var settings = Read(connectionString);
        settings.Pooling = false;
        settings.CommandTimeout = 0; // what reads everything takes as long as it takes
        settings.Options += " -c default_transaction_read_only=on";
        var connection = new NpgsqlConnection(settings.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch (Exception error)
        {
            await connection.DisposeAsync();
            throw PostgreSqlSchema.Explain($"{settings.Host}/{settings.Database}", settings, error) is { } explanation ? new StorageException(explanation, error) : error;
        }
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    internal override async ValueTask<DbConnection> OpenReadAsync(CancellationToken cancellationToken) => await source.OpenConnectionAsync(cancellationToken);

    /// <summary>By the membership's table: 2 is joining, 3 is active, and silos say every five seconds that they live.</summary>
    public override async Task CheckRestsAsync(CancellationToken cancellationToken)
    {
        var running = await ReadAsync<string>(
            "SELECT address || ':' || port FROM orleansmembershiptable WHERE status IN (2, 3) AND iamalivetime > now() - interval '20 seconds' ORDER BY 1", null, cancellationToken);
        if (running.Count > 0)
        {
            throw new StorageException($"The exchange in '{Location}' runs on {string.Join(", ", running)}: stop it first. A silo that was killed is taken for running for 20 seconds.");
        }
    }

    internal override ValueTask<DbConnection> OpenScratchAsync(CancellationToken cancellationToken) => OpenReadAsync(cancellationToken);

    /// <summary>One batch, which PostgreSQL runs in one transaction, in one round trip.</summary>
    internal override async Task WriteAsync(string text, IReadOnlyList<(string Name, object Value)[]> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var statements = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries); // our texts have no other semicolons
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var row in rows)
        {
            foreach (var statement in statements)
            {
                var command = new NpgsqlBatchCommand(statement);
                foreach (var (name, value) in row)
                {
                    command.Parameters.AddWithValue(name, value);
                }

                batch.BatchCommands.Add(command);
            }
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    internal override async Task WriteBulkAsync(string model, IReadOnlyList<BulkItem> items, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await PostgreSqlBulk.WriteAsync(connection, model, items, cancellationToken);
    }

    private static NpgsqlConnectionStringBuilder Read(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(Defaults + connectionString) { SearchPath = Schema };
            return settings.Host?.Length > 0 && settings.Database?.Length > 0 ? settings : throw new StorageException("Storage__ConnectionString names no Host or no Database.");
        }
        catch (Exception error) when (error is ArgumentException or FormatException or OverflowException or KeyNotFoundException)
        {
            // The error may quote a part of the password.
            throw new StorageException("Storage__ConnectionString cannot be read. It is a list such as Host=db.example.org;Database=exchange;Username=exchange;Password=…, a value with a semicolon in double quotes.");
        }
    }
}
