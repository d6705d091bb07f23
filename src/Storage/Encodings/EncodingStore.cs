using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Encodings;

/// <summary>Keeps encodings by item, model and revision, and how far each partition's follower has read.</summary>
public sealed class EncodingStore(ExchangeDatabase database)
{
    /// <summary>Stores encodings, all or none, and drops those of the items' revisions before the last two.</summary>
    public async Task StoreAsync(string model, IReadOnlyList<(long Item, long Revision, byte[] Data)> encodings, CancellationToken cancellationToken)
    {
        if (encodings.Count == 0)
        {
            return;
        }

        await database.WriteAsync(
            "INSERT INTO encoding(item, model, revision, data) VALUES (@item, @model, @revision, @data) ON CONFLICT(item, model, revision) DO UPDATE SET data = excluded.data",
            [.. encodings.Select(e => new (string, object)[] { ("@item", e.Item), ("@model", model), ("@revision", e.Revision), ("@data", e.Data) })],
            cancellationToken);
        await database.WriteAsync(
            "DELETE FROM encoding WHERE item = @item AND model = @model AND revision < @revision",
            [.. encodings.Where(e => e.Revision > 1).Select(e => new (string, object)[] { ("@item", e.Item), ("@model", model), ("@revision", e.Revision - 1) })],
            cancellationToken);
    }

    /// <summary>The latest encoding of an item older than a revision, or null.</summary>
    public async Task<byte[]?> FindEarlierAsync(long item, string model, long revision, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return await read.QueryFirstOrDefaultAsync<byte[]>(new(
            "SELECT data FROM encoding WHERE item = @item AND model = @model AND revision < @revision ORDER BY revision DESC LIMIT 1",
            new { item, model, revision }, cancellationToken: cancellationToken));
    }

    /// <summary>Drops some of a partition's encodings of other models than one, behind an item.</summary>
    /// <returns>The last item of which some were dropped; null when none is left.</returns>
    public async Task<long?> ForgetAsync(int partition, int partitions, string keptModel, long after, CancellationToken cancellationToken)
    {
        var some = await database.ReadAsync<(long Item, string Model, long Revision)>(
            "SELECT e.item, e.model, e.revision FROM encoding e JOIN register r ON r.id = e.item WHERE e.item > @after AND e.model <> @keptModel AND r.bucket % @partitions = @partition ORDER BY e.item LIMIT 500",
            new { keptModel, partition, partitions, after }, cancellationToken);
        (string, object)[][] rows = [.. some.Select(row => new (string, object)[] { ("@item", row.Item), ("@model", row.Model), ("@revision", row.Revision) })];
        if (rows.Length > 0)
        {
            await database.WriteAsync("DELETE FROM encoding WHERE item = @item AND model = @model AND revision = @revision", rows, cancellationToken);
        }

        return some.Count > 0 ? some[^1].Item - 1 : null; // of the last item some may be left
    }

    /// <summary>How far a partition has read; the beginning for a new partition. With which model doesn't matter: indexes are read from the register, and lists of an earlier model are refreshed.</summary>
    public async Task<Position> WatermarkAsync(int partition, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        var (tx, seq) = await read.QueryFirstOrDefaultAsync<(long, long)>(new(
            "SELECT tx, seq FROM follower WHERE partition = @partition", new { partition }, cancellationToken: cancellationToken));
        return new(tx, seq);
    }

    /// <summary>Says how far a partition has read.</summary>
    public Task SetWatermarkAsync(int partition, string model, Position position, CancellationToken cancellationToken) => database.WriteAsync(
        "INSERT INTO follower(partition, tx, seq, model) VALUES (@partition, @tx, @seq, @model) ON CONFLICT(partition) DO UPDATE SET tx = excluded.tx, seq = excluded.seq, model = excluded.model",
        cancellationToken, ("@partition", partition), ("@tx", position.Tx), ("@seq", position.Seq), ("@model", model));
}
