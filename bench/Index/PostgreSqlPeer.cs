using Npgsql;

namespace CooperaNet.Matching.Benchmarks.Index;

/// <summary>PostgreSQL's full-text search over the same stems: a tsvector of the configuration "simple", a GIN index, the ten best by ts_rank_cd, on one processor.</summary>
internal sealed class PostgreSqlPeer : IDisposable
{
    private const string Variable = "COMPARE_POSTGRESQL";
    private readonly PostgreSqlServer? server;
    private readonly NpgsqlConnection connection;

    private PostgreSqlPeer(PostgreSqlServer? server, NpgsqlConnection connection) => (this.server, this.connection) = (server, connection);

    /// <summary>Fills a schema "peers" with offers, which goes again, on the server of COMPARE_POSTGRESQL or one of its own.</summary>
    /// <exception cref="InvalidOperationException">PostgreSQL's programs are missing.</exception>
    public static async Task<PostgreSqlPeer> StartAsync(IEnumerable<string> offers)
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        var server = string.IsNullOrEmpty(given) ? await PostgreSqlServer.StartAsync(durable: false, default) : null;
        var peer = new PostgreSqlPeer(server, new(server?.ConnectionString("postgres") ?? given));
        await peer.connection.OpenAsync();
        await peer.ExecuteAsync("SET max_parallel_workers_per_gather = 0; DROP SCHEMA IF EXISTS peers CASCADE; CREATE SCHEMA peers; CREATE UNLOGGED TABLE peers.line (id integer, stems text)");
        using (var lines = await peer.connection.BeginBinaryImportAsync("COPY peers.line FROM STDIN (FORMAT BINARY)"))
        {
            var id = 0;
            foreach (var stems in offers)
            {
                await lines.StartRowAsync();
                await lines.WriteAsync(id++);
                await lines.WriteAsync(stems);
            }

            await lines.CompleteAsync();
        }

        await peer.ExecuteAsync("CREATE UNLOGGED TABLE peers.offer AS SELECT id, to_tsvector('simple', stems) AS stems FROM peers.line");
        await peer.ExecuteAsync("CREATE INDEX ON peers.offer USING gin (stems)");
        await peer.ExecuteAsync("VACUUM ANALYZE peers.offer");
        return peer;
    }

    /// <summary>The ten best for a query of stems, any of which may occur.</summary>
    public void Search(IReadOnlyList<string> stems)
    {
        using var command = new NpgsqlCommand("SELECT id FROM peers.offer, to_tsquery('simple', $1) query WHERE stems @@ query ORDER BY ts_rank_cd(stems, query) DESC LIMIT 10", connection) { CommandTimeout = 0 };
        command.Parameters.Add(new() { Value = string.Join(" | ", stems.Select(stem => $"'{stem.Replace("'", "''", StringComparison.Ordinal)}'")) });
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            rows.GetInt32(0);
        }
    }

    public void Dispose()
    {
        ExecuteAsync("DROP SCHEMA peers CASCADE").GetAwaiter().GetResult();
        connection.Dispose();
        server?.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }
}
