using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Audit;

/// <summary>Takes a person out of the history and the states of a resting exchange; what was done stays, sealed.</summary>
public sealed class PersonEraser(ExchangeDatabase database)
{
    private const int Batch = 1_000;

    /// <summary>Erases a subject; the number of events that named it. No silo may run: states are rewritten at their revision, beneath the grains.</summary>
    public async Task<long> EraseAsync(string subject, CancellationToken cancellationToken)
    {
        // States first: by the history they are found, also when this is repeated.
        var (sql, count) = (database.Sql, 0L);
        await database.WriteAsync(
            $"""
            UPDATE OrleansStorage SET PayloadBinary = {sql.WithoutStateText("Change", "Who")}
            WHERE Id IN (SELECT h.item FROM history h JOIN history_person p ON p.seq = h.seq WHERE p.who = @subject) AND PayloadBinary IS NOT NULL AND {sql.StateText("Change", "Who")} = @subject;
            UPDATE OrleansStorage SET PayloadBinary = {sql.WithoutStateText("By", "Subject")}
            WHERE GrainTypeString = 'catalog-import' AND PayloadBinary IS NOT NULL AND {sql.StateText("By", "Subject")} = @subject;
            """,
            cancellationToken, ("@subject", subject));
        while (await EraseBatchAsync(subject, cancellationToken) is var rows and > 0)
        {
            count += rows;
        }

        return count;
    }

    private async Task<int> EraseBatchAsync(string subject, CancellationToken cancellationToken)
    {
        List<(long Seq, byte[] Salt)> rows;
        await using (var read = await database.OpenReadAsync(cancellationToken))
        {
            rows = (await read.QueryAsync<(long Seq, byte[] Salt)>(new("SELECT seq, salt FROM history_person WHERE who = @subject LIMIT @batch", new { subject, batch = Batch }, cancellationToken: cancellationToken))).AsList();
        }

        await database.WriteAsync(
            "UPDATE history_person SET who = NULL, salt = NULL, digest = @digest WHERE seq = @seq",
            [.. rows.Select(row => new (string, object)[] { ("@seq", row.Seq), ("@digest", HistoryRow.PersonDigest(row.Salt, subject)) })], cancellationToken);
        return rows.Count;
    }
}
