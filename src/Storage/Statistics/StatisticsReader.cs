using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Statistics;

/// <summary>Reads and folds the statistic deltas that the triggers write.</summary>
public sealed class StatisticsReader(ExchangeDatabase database)
{
    private const string Current =
        """
        SELECT dimension AS Dimension, value AS Value, SUM(n) AS Count FROM (
          SELECT dimension, value, n FROM statistic_total
          UNION ALL SELECT dimension, value, n FROM statistic_delta WHERE seq > (SELECT seq FROM statistic_fold))
        GROUP BY dimension, value HAVING SUM(n) <> 0
        """;

    /// <summary>The counts now: the folded total plus the deltas that are not folded yet, in one snapshot.</summary>
    public Task<IReadOnlyList<StatisticCount>> ReadAsync(CancellationToken cancellationToken) => QueryAsync(Current, new { }, cancellationToken);

    /// <summary>The same with the last delta's number, in one snapshot.</summary>
    public async Task<(IReadOnlyList<StatisticCount> Counts, long Version)> ReadWithVersionAsync(CancellationToken cancellationToken)
    {
        await using var read = database.OpenRead();
        await using var snapshot = read.BeginTransaction(deferred: true);
        var version = await read.ExecuteScalarAsync<long>(new("SELECT IFNULL(MAX(seq), 0) FROM statistic_delta", transaction: snapshot, cancellationToken: cancellationToken));
        var rows = await read.QueryAsync<(string Dimension, string Value, long Count)>(new(Current, transaction: snapshot, cancellationToken: cancellationToken));
        return (rows.Select(row => new StatisticCount(row.Dimension, row.Value, row.Count)).ToList(), version);
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

    /// <summary>Folds the open deltas into the totals; the deltas stay, for figures as of a moment.</summary>
    public Task FoldAsync(CancellationToken cancellationToken) => database.WriteAsync(
        """
        INSERT INTO statistic_total(dimension, value, n)
        SELECT dimension, value, SUM(n) FROM statistic_delta WHERE seq > (SELECT seq FROM statistic_fold) GROUP BY dimension, value
        ON CONFLICT(dimension, value) DO UPDATE SET n = n + excluded.n;
        UPDATE statistic_fold SET seq = (SELECT IFNULL(MAX(seq), 0) FROM statistic_delta);
        """,
        cancellationToken);

    private async Task<IReadOnlyList<StatisticCount>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var read = database.OpenRead();
        return (await read.QueryAsync<(string Dimension, string Value, long Count)>(new(sql, parameters, cancellationToken: cancellationToken)))
            .Select(row => new StatisticCount(row.Dimension, row.Value, row.Count)).ToList();
    }
}
