using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Audit;

/// <summary>Seals the history behind the writes, batch by batch in the order of commits, each seal over the one before: who changes a sealed row breaks the chain.</summary>
public sealed class HistorySealer(ExchangeDatabase database)
{
    /// <summary>Rows a seal: bounds its memory.</summary>
    private const int Batch = 5_000;

    /// <summary>Seals what is not sealed yet; the number of rows. When another silo is quicker, its seals count.</summary>
    public async Task<int> SealAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var count = 0;
        while (await SealBatchAsync(now, cancellationToken) is var rows and > 0)
        {
            count += rows;
        }

        return count;
    }

    private async Task<int> SealBatchAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        HistorySeal? last;
        List<HistoryRow> rows;
        var sql = database.Sql;
        await using (var read = await database.OpenReadAsync(cancellationToken))
        {
            last = await read.QueryFirstOrDefaultAsync<HistorySeal>(new($"{HistorySeal.Select} ORDER BY id DESC LIMIT 1", cancellationToken: cancellationToken));
            var after = last is null ? "" : $"({sql.Place}) > ({sql.At}) AND ";
            rows = (await read.QueryAsync<HistoryRow>(new(
                $"{HistoryRow.Select(sql)} WHERE {after}{sql.Settled} ORDER BY {sql.Place} LIMIT @batch", new { tx = last?.LastTx, seq = last?.LastSeq, batch = Batch }, cancellationToken: cancellationToken))).AsList();
        }

        if (rows.Count > 0)
        {
            await database.WriteAsync(
                "INSERT INTO history_seal(id, first_seq, last_tx, last_seq, row_count, at, digest) VALUES (@id, @first, @tx, @last, @count, @at, @digest) ON CONFLICT DO NOTHING", cancellationToken,
                ("@id", (last?.Id ?? 0) + 1), ("@first", rows[0].Seq), ("@tx", rows[^1].Tx), ("@last", rows[^1].Seq), ("@count", (long)rows.Count), ("@at", StateJson.Format(now)), ("@digest", HistoryRow.Seal(last?.Digest ?? [], rows)));
        }

        return rows.Count;
    }
}
