using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The database of an exchange under test, and a look at it from beside: SQLite in a folder, or a PostgreSQL server of its own that waits for the disk.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private const string Name = "exchange";
    private readonly string directory;

    private TestDatabase(string directory, PostgreSqlServer? server) => (this.directory, Server) = (directory, server);

    /// <summary>The server, for PostgreSQL.</summary>
    public PostgreSqlServer? Server { get; }

    /// <summary>What tells the program to use it.</summary>
    public (string Name, string Value)[] Settings => Server is null ? [] : [("Storage__Provider", "PostgreSql"), ("Storage__ConnectionString", Server.ConnectionString(Name))];

    /// <summary>SQL for a field of the state in column s.PayloadBinary.</summary>
    public string Field(string name) => Server is null ? $"CAST(s.PayloadBinary AS TEXT) ->> '$.{name}'" : $"(convert_from(s.PayloadBinary, 'UTF8')::jsonb ->> '{name}')::bigint";

    /// <summary>SQL for the state in column PayloadBinary with a maturity that is none, which no reader takes.</summary>
    public string WithoutMaturity => Server is null
        ? "CAST(json_set(CAST(PayloadBinary AS TEXT), '$.Content.Maturity', '') AS BLOB)"
        : "convert_to(jsonb_set(convert_from(PayloadBinary, 'UTF8')::jsonb, '{Content,Maturity}', '\"\"')::text, 'UTF8')";

    /// <param name="provider">Sqlite or PostgreSql.</param>
    /// <param name="directory">The exchange's folder.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="address">Where PostgreSQL listens.</param>
    public static async Task<TestDatabase> StartAsync(string provider, string directory, CancellationToken cancellationToken, string address = "127.0.0.1")
    {
        if (provider == "Sqlite")
        {
            return new(directory, null);
        }

        var server = await PostgreSqlServer.StartAsync(durable: true, cancellationToken, address);
        await server.CreateDatabaseAsync(Name, cancellationToken);
        return new(directory, server);
    }

    /// <summary>The database on its server, as PostgreSQL's own programs take it.</summary>
    public string Uri => Server!.Uri(Name);

    public async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken, bool writable = false)
    {
        if (Server is not null)
        {
            return await Server.ConnectAsync(Name, cancellationToken);
        }

        var connection = new SqliteConnection($"Data Source={Path.Combine(directory, "exchange.db")};Mode={(writable ? "ReadWrite" : "ReadOnly")};Pooling=False");
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    public ValueTask DisposeAsync() => Server?.DisposeAsync() ?? default;
}
