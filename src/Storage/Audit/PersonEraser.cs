using System.Text.Json;
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
        var count = 0L;
        while (await EraseBatchAsync(subject, cancellationToken) is var rows and > 0)
        {
            count += rows;
        }

        await database.WriteAsync(
            """
            UPDATE OrleansStorage SET PayloadBinary = CAST(json_set(CAST(PayloadBinary AS TEXT), '$.Change.Who', '') AS BLOB)
            WHERE GrainTypeString IN ('offer', 'need', 'authority', 'partner') AND PayloadBinary IS NOT NULL AND CAST(PayloadBinary AS TEXT) ->> '$.Change.Who' = @subject;
            UPDATE OrleansStorage SET PayloadBinary = CAST(json_set(CAST(PayloadBinary AS TEXT), '$.By.Subject', '') AS BLOB)
            WHERE GrainTypeString = 'catalog-import' AND PayloadBinary IS NOT NULL AND CAST(PayloadBinary AS TEXT) ->> '$.By.Subject' = @subject;
            """,
            cancellationToken, ("@subject", subject));
        return count;
    }

    private async Task<int> EraseBatchAsync(string subject, CancellationToken cancellationToken)
    {
        List<(long Seq, byte[] Salt)> rows;
        await using (var read = database.OpenRead())
        {
            rows = (await read.QueryAsync<(long Seq, byte[] Salt)>(new("SELECT seq, salt FROM history_person WHERE who = @subject LIMIT @batch", new { subject, batch = Batch }, cancellationToken: cancellationToken))).AsList();
        }

        var digests = JsonSerializer.Serialize(rows.Select(row => new { seq = row.Seq, digest = Convert.ToHexString(HistoryRow.PersonDigest(row.Salt, subject)) }));
        await database.WriteAsync(
            "UPDATE history_person SET who = NULL, salt = NULL, digest = unhex(d.value ->> '$.digest') FROM json_each(@digests) d WHERE history_person.seq = d.value ->> '$.seq'", cancellationToken, ("@digests", digests));
        return rows.Count;
    }
}
