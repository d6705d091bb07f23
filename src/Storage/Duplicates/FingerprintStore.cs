using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Duplicates;

/// <summary>Keeps the fingerprints of items.</summary>
public sealed class FingerprintStore(ExchangeDatabase database)
{
    /// <summary>Of a band with more published items than this the first ones stand for all.</summary>
    private const int MaxBand = 20;

    /// <summary>Stores the fingerprints of items at a revision, all or none; one of a later revision stays.</summary>
    public async Task StoreAsync(IReadOnlyList<(long Item, long Revision, byte[] Sketch, long[] Bands)> fingerprints, CancellationToken cancellationToken)
    {
        if (fingerprints.Count == 0)
        {
            return;
        }

        await database.WriteAsync(
            """
            DELETE FROM fingerprint_band WHERE item = @item AND @revision > 1 AND NOT EXISTS (SELECT 1 FROM fingerprint WHERE item = @item AND revision > @revision);
            INSERT INTO fingerprint_band(band, item) SELECT CAST(atom AS BIGINT), @item FROM json_each(@bands) WHERE NOT EXISTS (SELECT 1 FROM fingerprint WHERE item = @item AND revision > @revision) ON CONFLICT DO NOTHING;
            INSERT INTO fingerprint(item, revision, sketch) VALUES (@item, @revision, @sketch) ON CONFLICT(item) DO UPDATE SET revision = excluded.revision, sketch = excluded.sketch WHERE excluded.revision >= fingerprint.revision;
            """,
            [.. fingerprints.OrderBy(f => f.Item).Select(f => new (string, object)[] { ("@item", f.Item), ("@revision", f.Revision), ("@sketch", f.Sketch), ("@bands", SqlJson.Of(f.Bands)) })],
            cancellationToken);
    }

    /// <summary>For each of these items the names of up to three published items whose text is similar by a comparison of fingerprints.</summary>
    public async Task<IReadOnlyDictionary<long, IReadOnlyList<string>>> FindDuplicatesAsync(IReadOnlyList<long> items, Func<byte[], byte[], bool> similar, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        var pairs = await read.QueryAsync<(long Item, byte[] Sketch, byte[] OtherSketch, string Other)>(new(
            $"""
            SELECT DISTINCT a.item, x.sketch, y.sketch, r.name
            FROM fingerprint_band a {database.Sql.IndexedBy("ix_fingerprint_band_item")} JOIN fingerprint_band b ON b.band = a.band AND b.item <> a.item
              AND b.item < COALESCE((SELECT c.item FROM fingerprint_band c JOIN register q ON q.id = c.item AND q.state = 'PUBLISHED' WHERE c.band = a.band ORDER BY c.item LIMIT 1 OFFSET {MaxBand}), 9223372036854775807)
            JOIN fingerprint x ON x.item = a.item JOIN fingerprint y ON y.item = b.item JOIN register r ON r.id = b.item AND r.state = 'PUBLISHED'
            WHERE a.item IN (SELECT CAST(atom AS BIGINT) FROM json_each(@items)) ORDER BY r.name
            """,
            new { items = SqlJson.Of(items) }, cancellationToken: cancellationToken));
        return pairs.Where(pair => similar(pair.Sketch, pair.OtherSketch)).GroupBy(pair => pair.Item).ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(pair => pair.Other).Take(3)]);
    }
}
