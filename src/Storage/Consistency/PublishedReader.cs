using System.Globalization;
using System.Text.Json;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Consistency;

/// <summary>What the register says of a published item, so far as an index holds it too.</summary>
public sealed record PublishedItem(
    long Id, string Name, string Parent, string Country, Maturity Maturity, DateTimeOffset ConfirmTime, DateTimeOffset? ExpireTime, IReadOnlyList<string> AreasOfFocus, IReadOnlyList<int> Goals);

/// <summary>Reads what an index should hold.</summary>
public sealed class PublishedReader(ExchangeDatabase database)
{
    private static readonly Dictionary<string, Maturity> Maturities = Enum.GetValues<Maturity>().ToDictionary(maturity => JsonSerializer.Serialize(maturity, StateJson.Options).Trim('"'));

    /// <summary>The first published items of a partition behind a name, by name.</summary>
    public async Task<IReadOnlyList<PublishedItem>> ReadAsync(int partition, int partitions, string after, int limit, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        var rows = (await read.QueryAsync<Row>(new(
            """
            SELECT id, name, parent, country, maturity, COALESCE(confirm_time, update_time) AS Confirmed, expire_time AS Expires FROM register
            WHERE name > @after AND state = 'PUBLISHED' AND bucket % @partitions = @partition ORDER BY name LIMIT @limit
            """,
            new { after, partition, partitions, limit }, cancellationToken: cancellationToken))).AsList();
        var tags = (await read.QueryAsync<(long Item, string Dimension, string Value)>(new(
            "SELECT item, dimension, value FROM tag WHERE item IN (SELECT CAST(atom AS BIGINT) FROM json_each(@ids)) AND dimension IN ('area', 'goal')",
            new { ids = SqlJson.Of(rows.Select(row => row.Id)) }, cancellationToken: cancellationToken))).ToLookup(tag => (tag.Item, tag.Dimension), tag => tag.Value);
        return [.. rows.Select(row => new PublishedItem(
            row.Id, row.Name, row.Parent, row.Country, Maturities.GetValueOrDefault(row.Maturity), StateJson.ReadTime(row.Confirmed), row.Expires is null ? null : StateJson.ReadTime(row.Expires),
            [.. tags[(row.Id, "area")]], [.. tags[(row.Id, "goal")].Select(goal => int.Parse(goal, CultureInfo.InvariantCulture))]))];
    }

    /// <summary>Which of these items of a partition changed behind a position.</summary>
    public async Task<IReadOnlySet<string>> FindChangedAsync(int partition, int partitions, Position after, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var (tx, seq) = after == default ? new Position(long.MinValue, 0) : after; // as the followers read
        var changed = await database.ReadAsync<string>(
            $"""
            SELECT DISTINCT name FROM history WHERE ({database.Sql.Place}) > ({database.Sql.At}) AND kind IN ('offer', 'need') AND bucket % @partitions = @partition
            AND name IN (SELECT atom FROM json_each(@names))
            """,
            new { tx, seq, partition, partitions, names = SqlJson.Of(names) }, cancellationToken);
        return changed.ToHashSet();
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public string Name { get; init; } = "";

        public string Parent { get; init; } = "";

        public string Country { get; init; } = "";

        public string Maturity { get; init; } = "";

        public string Confirmed { get; init; } = "";

        public string? Expires { get; init; }
    }
}
