using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Changes;

/// <summary>An item that changed.</summary>
/// <param name="Seq">Its latest place in the order of commits.</param>
/// <param name="Item">The storage id.</param>
/// <param name="Name">The resource name.</param>
public sealed record ItemChange(long Seq, long Item, string Name);

/// <summary>An item as it stands, with its stored encoding when there is one for its revision.</summary>
public sealed record EncodedItem(long Id, Item Item, byte[]? Encoding);

/// <summary>Reads the history in commit order, for the followers of the index partitions.</summary>
public sealed class ChangeReader(ExchangeDatabase database)
{
    /// <summary>Up to <paramref name="limit"/> changes of one partition's items after <paramref name="seq"/>, an item once, and where to go on.</summary>
    public async Task<(IReadOnlyList<ItemChange> Changes, long Seq)> ReadAsync(int partition, int partitions, long seq, int limit, CancellationToken cancellationToken)
    {
        await using var read = database.OpenRead();
        var rows = (await read.QueryAsync<ItemChange>(new(
            "SELECT seq AS Seq, item AS Item, name AS Name FROM history WHERE seq > @seq AND kind IN ('offer', 'need') AND bucket % @partitions = @partition ORDER BY seq LIMIT @limit",
            new { seq, partition, partitions, limit }, cancellationToken: cancellationToken))).AsList();
        return (rows.GroupBy(row => row.Item).Select(group => group.Last()).ToList(), rows.Count > 0 ? rows[^1].Seq : seq);
    }

    /// <summary>The items with these storage ids as they stand now; deleted ones are missing.</summary>
    public async Task<IReadOnlyList<EncodedItem>> ReadItemsAsync(IReadOnlyCollection<long> ids, string model, CancellationToken cancellationToken)
    {
        await using var read = database.OpenRead();
        return Decode(await read.QueryAsync<Row>(new($"{Select} WHERE r.id IN @ids", new { ids, model }, cancellationToken: cancellationToken)));
    }

    /// <summary>One page of the published items of a partition, by storage id.</summary>
    public async Task<IReadOnlyList<EncodedItem>> ReadPublishedAsync(int partition, int partitions, long afterId, int limit, string model, CancellationToken cancellationToken)
    {
        await using var read = database.OpenRead();
        return Decode(await read.QueryAsync<Row>(new(
            $"{Select} WHERE r.id > @afterId AND r.state = 'PUBLISHED' AND r.bucket % @partitions = @partition ORDER BY r.id LIMIT @limit",
            new { afterId, partition, partitions, limit, model }, cancellationToken: cancellationToken)));
    }

    /// <summary>Where the history ends now.</summary>
    public async Task<long> LastSeqAsync(CancellationToken cancellationToken)
    {
        await using var read = database.OpenRead();
        return await read.ExecuteScalarAsync<long>(new("SELECT IFNULL(MAX(seq), 0) FROM history", cancellationToken: cancellationToken));
    }

    private const string Select =
        "SELECT r.id AS Id, s.PayloadBinary AS Payload, e.data AS Encoding FROM register r JOIN OrleansStorage s ON s.Id = r.id " +
        "LEFT JOIN encoding e ON e.item = r.id AND e.model = @model AND e.revision = r.revision";

    private static List<EncodedItem> Decode(IEnumerable<Row> rows) => [.. rows.Select(row => new EncodedItem(row.Id, System.Text.Json.JsonSerializer.Deserialize<Item>(row.Payload, StateJson.Options)!, row.Encoding))];

    private sealed class Row
    {
        public long Id { get; init; }

        public byte[] Payload { get; init; } = [];

        public byte[]? Encoding { get; init; }
    }
}
