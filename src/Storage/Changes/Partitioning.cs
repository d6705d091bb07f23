using System.Globalization;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Changes;

/// <summary>Into how many partitions the index of this data is split. It belongs to the data: followers keep how far they read by partition.</summary>
public sealed class Partitioning(ExchangeDatabase database)
{
    /// <summary>Remembers the number on the first start; afterwards accepts no other.</summary>
    /// <exception cref="StorageException">The data is split into another number of partitions.</exception>
    public async Task CheckAsync(int wanted, CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is null)
        {
            await database.WriteAsync(
                """
                INSERT INTO setting(key, value) VALUES ('matching.partitions', CAST(@partitions AS TEXT)) ON CONFLICT DO NOTHING /* another silo may start for the first time too */;
                WITH RECURSIVE p(partition) AS (SELECT 0 UNION ALL SELECT partition + 1 FROM p WHERE partition + 1 < (SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'matching.partitions'))
                INSERT INTO follower(partition, tx, seq, model) SELECT partition, 0, 0, '' FROM p WHERE TRUE ON CONFLICT DO NOTHING;
                """,
                cancellationToken, ("@partitions", wanted));
        }

        var stored = await FindAsync(cancellationToken);
        if (stored != wanted)
        {
            throw new StorageException(string.Create(
                CultureInfo.InvariantCulture, $"The data was indexed with Matching__Partitions={stored}, not {wanted}. Start with Matching__Partitions={stored}, or run the program once as 'repartition {wanted}' to split it anew."));
        }
    }

    /// <summary>Splits the data anew; no silo may run. Followers go on from where the slowest of them stood, so that nothing is missed.</summary>
    public async Task ChangeAsync(int partitions, CancellationToken cancellationToken)
    {
        var followers = await database.ReadAsync<(long Tx, long Seq, string Model)>("SELECT tx, seq, model FROM follower ORDER BY tx, seq", null, cancellationToken);
        var known = followers.Count > 0 && followers.Count == await FindAsync(cancellationToken);
        var from = known ? followers[0] : default;
        await database.WriteAsync(
            """
            INSERT INTO setting(key, value) VALUES ('matching.partitions', CAST(@partitions AS TEXT)) ON CONFLICT(key) DO UPDATE SET value = excluded.value;
            DELETE FROM follower;
            DELETE FROM setting WHERE key LIKE 'matching.serving.%';
            WITH RECURSIVE p(partition) AS (SELECT 0 UNION ALL SELECT partition + 1 FROM p WHERE partition + 1 < @partitions)
            INSERT INTO follower(partition, tx, seq, model) SELECT partition, @tx, @seq, @model FROM p;
            """,
            cancellationToken, ("@partitions", partitions), ("@tx", from.Tx), ("@seq", from.Seq), ("@model", from.Model ?? ""));
    }

    /// <summary>Which copy of a partition serves; null when none was ever said to.</summary>
    public async Task<string?> FindServingAsync(int partition, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return await read.ExecuteScalarAsync<string?>(new("SELECT value FROM setting WHERE key = @key", new { key = ServingKey(partition) }, cancellationToken: cancellationToken));
    }

    /// <summary>From now on this copy of a partition serves.</summary>
    public Task SetServingAsync(int partition, string copy, CancellationToken cancellationToken) => database.WriteAsync(
        "INSERT INTO setting(key, value) VALUES (@key, @copy) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
        cancellationToken, ("@key", ServingKey(partition)), ("@copy", copy));

    private static string ServingKey(int partition) => string.Create(CultureInfo.InvariantCulture, $"matching.serving.{partition}");

    private async Task<int?> FindAsync(CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return await read.ExecuteScalarAsync<int?>(new("SELECT value FROM setting WHERE key = 'matching.partitions'", cancellationToken: cancellationToken));
    }
}
