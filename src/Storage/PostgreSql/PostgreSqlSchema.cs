using System.Globalization;
using System.Net.Sockets;
using CooperaNet.Matching.Storage;
using Dapper;
using Npgsql;

namespace CooperaNet.Matching.PostgreSql;

/// <summary>Brings the schema of a PostgreSQL database up to date, and says what stands in the way.</summary>
internal static class PostgreSqlSchema
{
    private const int OldestServer = 15;

    /// <summary>The advisory lock under which one process at a time changes the schema: "exchange" in ASCII.</summary>
    private const long Lock = 0x65786368616E6765;

    /// <summary>Runs the scripts that the database lacks, each in one transaction together with its number. Several processes may do this at once.</summary>
    /// <exception cref="StorageException">The server is too old, the database not in UTF-8, or its schema newer than the scripts.</exception>
    public static async Task MigrateAsync(NpgsqlConnection connection, string location, List<string> scripts, CancellationToken cancellationToken)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer)
        {
            throw new StorageException($"The server of '{location}' is PostgreSQL {connection.PostgreSqlVersion}; {OldestServer} or newer is needed.");
        }

        if (await ScalarAsync<string>("SHOW server_encoding") is var encoding && encoding != "UTF8")
        {
            throw new StorageException($"The database '{location}' is encoded in {encoding}; create one with ENCODING 'UTF8'.");
        }

        await ExecuteAsync($"SELECT pg_advisory_lock({Lock})"); // a failure closes the connection, and so ends the lock
        await CreateAsync();
        var version = await ScalarAsync<int>("SELECT COALESCE(MAX(version), 0) FROM schema_version");
        if (version > scripts.Count)
        {
            throw new StorageException(ExchangeDatabase.Newer(location, version, scripts.Count));
        }

        for (; version < scripts.Count; version++)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(scripts[version]);
            await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO schema_version(version) VALUES ({version + 1})"));
            await transaction.CommitAsync(cancellationToken);
        }

        await AdoptAsync();
        await ExecuteAsync($"SELECT pg_advisory_unlock({Lock})");

        Task<T?> ScalarAsync<T>(string sql) => connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, cancellationToken: cancellationToken));
        Task<int> ExecuteAsync(string sql) => connection.ExecuteAsync(new CommandDefinition(sql, commandTimeout: 0, cancellationToken: cancellationToken));

        // What exists is not created again: that would need more rights than running does.
        async Task CreateAsync()
        {
            if (await ScalarAsync<bool>($"SELECT to_regnamespace('{PostgreSqlDatabase.Schema}') IS NULL"))
            {
                await ExecuteAsync($"CREATE SCHEMA {PostgreSqlDatabase.Schema}");
            }

            if (await ScalarAsync<bool>($"SELECT to_regclass('{PostgreSqlDatabase.Schema}.schema_version') IS NULL"))
            {
                await ExecuteAsync("CREATE TABLE schema_version (version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())");
            }
        }

        // A dump that was restored into another server brings transaction ids that are still to come there. All its rows are settled:
        // their ids move below all others, in the same order, and what points at them moves along.
        async Task AdoptAsync()
        {
            const string Foreign = "WHERE tx >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
            if (await ScalarAsync<bool>($"SELECT EXISTS (SELECT 1 FROM history {Foreign}) OR EXISTS (SELECT 1 FROM statistic_delta {Foreign})"))
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var offset = 1 + await ScalarAsync<long>("SELECT GREATEST((SELECT MAX(tx) FROM history), (SELECT MAX(tx) FROM statistic_delta), 0)");
                await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE history SET tx = tx - {offset}; UPDATE statistic_delta SET tx = tx - {offset}; UPDATE follower SET tx = tx - {offset}"));
                await ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE statistic_fold SET tx = tx - {offset}; UPDATE history_seal SET last_tx = last_tx - {offset}"));
                await transaction.CommitAsync(cancellationToken);
            }
        }
    }

    /// <summary>One sentence for a failure that an operator can mend, without any secret; null for others.</summary>
    public static string? Explain(string location, NpgsqlConnectionStringBuilder settings, Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            $"The server of '{location}' refuses the account '{settings.Username}' or its password ({((PostgresException)error).SqlState}). Check Storage__ConnectionString.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => $"There is no database '{settings.Database}' on the server of '{location}'. Create it, or correct Storage__ConnectionString.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refusal =>
            $"The account '{settings.Username}' lacks rights in '{location}': {refusal.MessageText}. Let it own the schema '{PostgreSqlDatabase.Schema}', or grant it CREATE on the database.",
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } refusal => $"The server of '{location}' is not ready: {refusal.MessageText}. Start again when it is.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } refusal => $"The server of '{location}' has no connection left: {refusal.MessageText}. Raise its max_connections, or lower Maximum Pool Size in Storage__ConnectionString.",
        PostgresException other => $"The database '{location}' cannot be used: {other.MessageText} ({other.SqlState}).",
        NpgsqlException { InnerException: SocketException or TimeoutException or IOException } => $"The server of '{location}' cannot be reached: {error.InnerException!.Message}. Start it, or correct Storage__ConnectionString.",
        NpgsqlException => $"The database '{location}' cannot be opened: {error.Message}.",
        TimeoutException or SocketException => $"The server of '{location}' cannot be reached: {error.Message}. Start it, or correct Storage__ConnectionString.",
        _ => null,
    };
}
