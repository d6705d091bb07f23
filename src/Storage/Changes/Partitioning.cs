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
        var stored = await FindAsync(cancellationToken);
        if (stored is null)
        {
            await SetAsync(wanted, seq: 0, model: "", cancellationToken);
        }
        else if (stored != wanted)
        {
            throw new StorageException(string.Create(
                CultureInfo.InvariantCulture, $"The data was indexed with Matching__Partitions={stored}, not {wanted}. Start with Matching__Partitions={stored}, or run the program once as 'repartition {wanted}' to split it anew."));
        }
    }

    /// <summary>Splits the data anew; no silo may run. Followers go on from where the slowest of them stood, so that nothing is missed.</summary>
    public async Task ChangeAsync(int partitions, CancellationToken cancellationToken)
    {
        await using var read = database.OpenRead();
        var (count, models, seq, model) = await read.QuerySingleAsync<(long, long, long, string)>(new(
            "SELECT COUNT(*), COUNT(DISTINCT model), IFNULL(MIN(seq), 0), IFNULL(MIN(model), '') FROM follower", cancellationToken: cancellationToken));
        var known = models == 1 && count == await FindAsync(cancellationToken);
        await SetAsync(partitions, known ? seq : 0, model, cancellationToken);
    }

    private async Task<int?> FindAsync(CancellationToken cancellationToken)
    {
        await using var read = database.OpenRead();
        return await read.ExecuteScalarAsync<int?>(new("SELECT value FROM setting WHERE key = 'matching.partitions'", cancellationToken: cancellationToken));
    }

    private Task SetAsync(int partitions, long seq, string model, CancellationToken cancellationToken) => database.WriteAsync(
        """
        INSERT INTO setting(key, value) VALUES ('matching.partitions', CAST(@partitions AS TEXT)) ON CONFLICT(key) DO UPDATE SET value = excluded.value;
        DELETE FROM follower;
        WITH RECURSIVE p(partition) AS (SELECT 0 UNION ALL SELECT partition + 1 FROM p WHERE partition + 1 < @partitions)
        INSERT INTO follower(partition, seq, model) SELECT partition, @seq, @model FROM p;
        """,
        cancellationToken, ("@partitions", partitions), ("@seq", seq), ("@model", model));
}
