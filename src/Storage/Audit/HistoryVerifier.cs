using CooperaNet.Matching.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.Audit;

/// <summary>What a verification found.</summary>
/// <param name="Rows">Rows of the history that are sealed.</param>
/// <param name="Open">Rows that are not sealed yet.</param>
/// <param name="Seals">Seals.</param>
/// <param name="LastSeal">The last one, hexadecimal; keep it elsewhere to find out later that nobody made the chain anew. Empty without seals.</param>
/// <param name="Findings">What does not fit, a sentence each.</param>
public sealed record Verification(long Rows, long Open, long Seals, string LastSeal, IReadOnlyList<string> Findings);

/// <summary>Finds out whether sealed history was changed, and whether states say something else than their history. Only reads, also while the service runs.</summary>
public static class HistoryVerifier
{
    private const int MaxFindings = 100;

    /// <summary>Verifies the database of a storage folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="expected">A last seal of before, hexadecimal; empty for none.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="StorageException">There is no database, or it can't be read.</exception>
    public static async Task<Verification> VerifyAsync(string directory, string expected, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(Path.Combine(directory, "exchange.db"));
        if (!File.Exists(path))
        {
            throw new StorageException($"There is no database '{path}'. Set Storage__Directory to the folder of the exchange.");
        }

        try
        {
            await using var read = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            await read.OpenAsync(cancellationToken);
            await using var snapshot = read.BeginTransaction(deferred: true);
            return await VerifyAsync(read, expected, cancellationToken);
        }
        catch (SqliteException error)
        {
            throw new StorageException($"The database '{path}' cannot be verified: {error.Message}.", error);
        }
    }

    private static async Task<Verification> VerifyAsync(SqliteConnection read, string expected, CancellationToken cancellationToken)
    {
        var findings = new List<string>();
        var (before, rows, wasSeen) = (default(HistorySeal), 0L, expected.Length == 0);
        foreach (var seal in await read.QueryAsync<HistorySeal>(new($"{HistorySeal.Select} ORDER BY id", cancellationToken: cancellationToken)))
        {
            var covered = (await read.QueryAsync<HistoryRow>(new($"{HistoryRow.Select} WHERE h.seq > @after AND h.seq <= @last ORDER BY h.seq", new { after = before?.LastSeq ?? 0, last = seal.LastSeq }, cancellationToken: cancellationToken))).AsList();
            if (seal.Id != (before?.Id ?? 0) + 1 || covered.Count != seal.RowCount || !HistoryRow.Seal(before?.Digest ?? [], covered).AsSpan().SequenceEqual(seal.Digest))
            {
                findings.Add($"Seal {seal.Id} over the events {seal.FirstSeq} to {seal.LastSeq} is broken: one of them was changed, added or removed, or a seal was.");
            }

            wasSeen |= string.Equals(Convert.ToHexString(seal.Digest), expected, StringComparison.OrdinalIgnoreCase);
            (before, rows) = (seal, rows + covered.Count);
        }

        if (!wasSeen)
        {
            findings.Add($"The seal {expected} is not in the chain: it was made anew, or cut off.");
        }

        findings.AddRange(await read.QueryAsync<string>(new(Strays, new { limit = MaxFindings }, cancellationToken: cancellationToken)));
        var open = await read.ExecuteScalarAsync<long>(new("SELECT COUNT(*) FROM history WHERE seq > @last", new { last = before?.LastSeq ?? 0 }, cancellationToken: cancellationToken));
        return new(rows, open, before?.Id ?? 0, before is null ? "" : Convert.ToHexStringLower(before.Digest), findings.Count <= MaxFindings ? findings : [.. findings.Take(MaxFindings), "…"]);
    }

    /// <summary>States that were written or taken away behind the history's back.</summary>
    private const string Strays =
        """
        WITH state AS (
          SELECT s.Id AS id, s.GrainTypeString AS kind, j ->> '$.Name' AS name, j ->> '$.Revision' AS revision, j -> '$.Content' AS content
          FROM (SELECT Id, GrainTypeString, jsonb(CAST(PayloadBinary AS TEXT)) AS j FROM OrleansStorage WHERE GrainTypeString IN ('offer', 'need', 'authority', 'partner') AND PayloadBinary IS NOT NULL) s),
        told AS (SELECT item, MAX(name) AS name, MAX(revision) AS revision, COUNT(*) AS events FROM history GROUP BY item)
        SELECT '''' || state.name || ''' is at revision ' || state.revision || ', its history tells of ' || IFNULL(told.revision, 0) || ' in ' || IFNULL(told.events, 0) || ' events.'
        FROM state LEFT JOIN told ON told.item = state.id WHERE state.revision IS NOT told.revision OR told.events <> told.revision
        UNION ALL
        SELECT '''' || told.name || ''' has a history and no state.' FROM told WHERE NOT EXISTS (SELECT 1 FROM state WHERE state.id = told.item)
        UNION ALL
        SELECT '''' || state.name || ''' says something else than its history.' FROM state JOIN (SELECT item, content, MAX(seq) FROM history WHERE content IS NOT NULL GROUP BY item) last ON last.item = state.id
        WHERE state.kind IN ('offer', 'need') AND last.content <> state.content
        LIMIT @limit
        """;
}
