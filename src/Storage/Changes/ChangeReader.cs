using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Changes;

/// <summary>An item that changed.</summary>
/// <param name="Item">The storage id.</param>
/// <param name="Name">The resource name.</param>
public sealed record ItemChange(long Item, string Name);

/// <summary>Some changes in order.</summary>
/// <param name="Changes">Each item once.</param>
/// <param name="Next">Where to go on.</param>
/// <param name="IsLast">Nothing that was committed stands behind it, not even what can't be read yet because an older transaction is open.</param>
public sealed record ChangePage(IReadOnlyList<ItemChange> Changes, Position Next, bool IsLast);

/// <summary>An item as it stands, with its stored encoding when there is one for its revision.</summary>
public sealed record EncodedItem(long Id, Item Item, byte[]? Encoding);

/// <summary>The same as it lies in the database.</summary>
public sealed class StoredItem
{
    /// <summary>The storage id.</summary>
    public long Id { get; init; }

    /// <summary>The resource name, by the register.</summary>
    public string Name { get; init; } = "";

    /// <summary>The state as JSON.</summary>
    public byte[] Payload { get; init; } = [];

    /// <summary>The encoding of this revision; null when there is none.</summary>
    public byte[]? Encoding { get; init; }

    /// <summary>The whole item; null when its state cannot be read as one.</summary>
    public Item? FindItem() => StateJson.FindItem(Payload) is { } item && item.Name == Name ? item : null;
}

/// <summary>Reads the history without gaps, for the followers of the index partitions.</summary>
public sealed class ChangeReader(ExchangeDatabase database)
{
    /// <summary>Up to <paramref name="limit"/> changes of one partition's items behind a position; the default is the beginning.</summary>
    public async Task<ChangePage> ReadAsync(int partition, int partitions, Position after, int limit, CancellationToken cancellationToken)
    {
        var sql = database.Sql;
        var (tx, seq) = after == default ? new Position(long.MinValue, 0) : after; // a database that moved to another server has transactions below 0
        await using var read = await database.OpenReadAsync(cancellationToken);
        var rows = (await read.QueryAsync<HistoryRow>(new(
            $"""
            SELECT {sql.Tx} AS Tx, seq AS Seq, item AS Item, name AS Name, {sql.Settled} AS Settled FROM history
            WHERE ({sql.Place}) > ({sql.At}) AND kind IN ('offer', 'need') AND bucket % @partitions = @partition ORDER BY {sql.Place} LIMIT @limit
            """,
            new { tx, seq, partition, partitions, limit }, cancellationToken: cancellationToken))).AsList();
        var settled = rows.TakeWhile(row => row.Settled).ToList();
        return new(
            [.. settled.GroupBy(row => row.Item).Select(group => new ItemChange(group.Key, group.Last().Name))],
            settled.Count > 0 ? new(settled[^1].Tx, settled[^1].Seq) : after,
            IsLast: settled.Count == rows.Count && rows.Count < limit);
    }

    /// <summary>The items with these storage ids as they stand now; deleted ones are missing.</summary>
    public async Task<IReadOnlyList<StoredItem>> ReadItemsAsync(IReadOnlyCollection<long> ids, string model, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<StoredItem>(new($"{Select} WHERE r.id IN (SELECT CAST(atom AS BIGINT) FROM json_each(@ids))", new { ids = SqlJson.Of(ids), model }, cancellationToken: cancellationToken))).AsList();
    }

    /// <summary>One page of the published items of a partition, by storage id.</summary>
    public async Task<IReadOnlyList<StoredItem>> ReadPublishedAsync(int partition, int partitions, long afterId, int limit, string model, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<StoredItem>(new(
            $"{Select} WHERE r.id > @afterId AND r.state = 'PUBLISHED' AND r.bucket % @partitions = @partition ORDER BY r.id LIMIT @limit",
            new { afterId, partition, partitions, limit, model }, cancellationToken: cancellationToken))).AsList();
    }

    private const string Select =
        "SELECT r.id AS Id, r.name AS Name, s.PayloadBinary AS Payload, e.data AS Encoding FROM register r JOIN OrleansStorage s ON s.Id = r.id " +
        "LEFT JOIN encoding e ON e.item = r.id AND e.model = @model AND e.revision = r.revision";

    private sealed class HistoryRow
    {
        public long Tx { get; init; }

        public long Seq { get; init; }

        public long Item { get; init; }

        public string Name { get; init; } = "";

        public bool Settled { get; init; }
    }
}
