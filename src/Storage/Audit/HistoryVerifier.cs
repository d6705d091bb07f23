using System.Data.Common;
using CooperaNet.Matching.Storage;
using Dapper;

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

    /// <summary>Verifies the database that the options name.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="expected">A last seal of before, hexadecimal; empty for none.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="StorageException">There is no database, or it can't be read.</exception>
    public static async Task<Verification> VerifyAsync(StorageOptions options, string expected, CancellationToken cancellationToken)
    {
        try
        {
            var (sql, read) = await ExchangeDatabase.OpenReadOnlyAsync(options, cancellationToken);
            await using var connection = read;
            await using var snapshot = await read.BeginTransactionAsync(sql.Snapshot, cancellationToken);
            return await VerifyAsync(sql, read, expected, cancellationToken);
        }
        catch (DbException error)
        {
            throw new StorageException($"The database cannot be verified: {error.Message}.", error);
        }
    }

    private static async Task<Verification> VerifyAsync(Dialect sql, DbConnection read, string expected, CancellationToken cancellationToken)
    {
        var findings = new List<string>();
        var (before, rows, wasSeen) = (default(HistorySeal), 0L, expected.Length == 0);
        foreach (var seal in await read.QueryAsync<HistorySeal>(new($"{HistorySeal.Select} ORDER BY id", cancellationToken: cancellationToken)))
        {
            var covered = (await read.QueryAsync<HistoryRow>(new(
                $"{HistoryRow.Select(sql)} WHERE {Side(sql, before, ">", "after")} AND {Side(sql, seal, "<=", "last")} ORDER BY {sql.Place}",
                new { afterTx = before?.LastTx, afterSeq = before?.LastSeq, lastTx = seal.LastTx, lastSeq = seal.LastSeq }, cancellationToken: cancellationToken))).AsList();
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

        findings.AddRange(await read.QueryAsync<string>(new("SELECT finding FROM stray LIMIT @limit", new { limit = MaxFindings }, cancellationToken: cancellationToken)));
        var open = await read.ExecuteScalarAsync<long>(new($"SELECT COUNT(*) FROM history WHERE {Side(sql, before, ">", "after")}", new { afterTx = before?.LastTx, afterSeq = before?.LastSeq }, cancellationToken: cancellationToken));
        return new(rows, open, before?.Id ?? 0, before is null ? "" : Convert.ToHexStringLower(before.Digest), findings.Count <= MaxFindings ? findings : [.. findings.Take(MaxFindings), "…"]);
    }

    /// <summary>Rows on one side of a seal's last one; all of them without a seal.</summary>
    private static string Side(Dialect sql, HistorySeal? seal, string comparison, string name) =>
        seal is null ? "TRUE" : $"({sql.Place}) {comparison} ({sql.At.Replace("@tx", $"@{name}Tx", StringComparison.Ordinal).Replace("@seq", $"@{name}Seq", StringComparison.Ordinal)})";
}
