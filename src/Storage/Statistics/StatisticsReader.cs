using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Statistics;

/// <summary>Reads and folds the statistic deltas that the triggers write.</summary>
public sealed class StatisticsReader(ExchangeDatabase database)
{
    /// <summary>How <see cref="ReadWithVersionAsync"/> gets the version among the counts, in their snapshot.</summary>
    private const string VersionRow = "version";

    private readonly string open = $"({database.Sql.Place}) > (SELECT {database.Sql.Place} FROM statistic_fold)";

    /// <summary>The counts now.</summary>
    public async Task<IReadOnlyList<StatisticCount>> ReadAsync(CancellationToken cancellationToken) => (await ReadWithVersionAsync(cancellationToken)).Counts;

    /// <summary>The counts now, the folded total plus the deltas that are not folded yet, and how many deltas these were, in one snapshot.</summary>
    public async Task<(IReadOnlyList<StatisticCount> Counts, long Version)> ReadWithVersionAsync(CancellationToken cancellationToken)
    {
        var rows = await QueryAsync(
            $"""
            WITH open_delta AS (SELECT dimension, value, n FROM statistic_delta WHERE {open})
            SELECT dimension AS Dimension, value AS Value, SUM(n) AS Count FROM (
              SELECT dimension, value, n FROM statistic_total
              UNION ALL SELECT dimension, value, n FROM open_delta) d
            GROUP BY dimension, value HAVING SUM(n) <> 0
            UNION ALL SELECT '{VersionRow}', '', (SELECT n FROM statistic_fold) + (SELECT COUNT(*) FROM open_delta)
            """,
            new { }, cancellationToken);
        return ([.. rows.Where(row => row.Dimension != VersionRow)], rows.Single(row => row.Dimension == VersionRow).Count);
    }

    /// <summary>The counts as they were at a moment: the sum of the deltas up to it.</summary>
    public Task<IReadOnlyList<StatisticCount>> ReadAsync(DateTimeOffset asOf, CancellationToken cancellationToken) => QueryAsync(
        "SELECT dimension AS Dimension, value AS Value, SUM(n) AS Count FROM statistic_delta WHERE at <= @at GROUP BY dimension, value HAVING SUM(n) <> 0",
        new { at = StateJson.Format(asOf) }, cancellationToken);

    /// <summary>The counts by a full count of the register: what the deltas must equal.</summary>
    public Task<IReadOnlyList<StatisticCount>> RecountAsync(CancellationToken cancellationToken) => QueryAsync(
        """
        SELECT 'type' AS Dimension, type AS Value, COUNT(*) AS Count FROM register WHERE state = 'PUBLISHED' GROUP BY type
        UNION ALL SELECT 'country', country, COUNT(*) FROM register WHERE state = 'PUBLISHED' GROUP BY country
        UNION ALL SELECT t.dimension, t.value, COUNT(*) FROM register r JOIN tag t ON t.item = r.id WHERE r.state = 'PUBLISHED' AND t.dimension IN ('area', 'goal') GROUP BY t.dimension, t.value
        UNION ALL SELECT 'account', account, COUNT(*) FROM participant WHERE kind = 'authority' GROUP BY account
        """,
        new { }, cancellationToken);

    /// <summary>Folds the open deltas of ended transactions into the totals; the deltas stay, for figures as of a moment. Several may fold at once.</summary>
    public async Task FoldAsync(CancellationToken cancellationToken)
    {
        if (await FindLastSettledAsync(cancellationToken) is not { } last)
        {
            return;
        }

        var folded = $"{open} AND ({database.Sql.Place}) <= ({database.Sql.At})";
        await database.WriteAsync(
            $"""
            UPDATE statistic_fold SET n = n /* whoever folds at the same time waits here and finds nothing left */;
            INSERT INTO statistic_total(dimension, value, n)
            SELECT dimension, value, SUM(n) FROM statistic_delta WHERE {folded} GROUP BY dimension, value
            ON CONFLICT(dimension, value) DO UPDATE SET n = statistic_total.n + excluded.n;
            UPDATE statistic_fold SET n = n + (SELECT COUNT(*) FROM statistic_delta WHERE {folded}), tx = @tx, seq = @seq WHERE (tx, seq) < (@tx, @seq);
            """,
            cancellationToken, ("@tx", last.Tx), ("@seq", last.Seq));
    }

    private async Task<Position?> FindLastSettledAsync(CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        var found = await read.QueryAsync<(long Tx, long Seq)>(new(
            $"SELECT {database.Sql.Tx}, MAX(seq) FROM statistic_delta WHERE {open} AND {database.Sql.Settled} GROUP BY 1 ORDER BY 1 DESC LIMIT 1", cancellationToken: cancellationToken));
        return found.Select(last => (Position?)new Position(last.Tx, last.Seq)).SingleOrDefault();
    }

    private async Task<IReadOnlyList<StatisticCount>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<(string Dimension, string Value, long Count)>(new(sql, parameters, cancellationToken: cancellationToken)))
            .Select(row => new StatisticCount(row.Dimension, row.Value, row.Count)).ToList();
    }
}
