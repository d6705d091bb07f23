using System.Globalization;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Duplicates;

/// <summary>Keeps the fingerprints of items.</summary>
public sealed class FingerprintStore(ExchangeDatabase database)
{
    /// <summary>Stores the fingerprints of items at a revision, all or none.</summary>
    public async Task StoreAsync(IReadOnlyList<(long Item, long Revision, byte[] Sketch, long[] Bands)> fingerprints, CancellationToken cancellationToken)
    {
        if (fingerprints.Count == 0)
        {
            return;
        }

        await database.WriteAsync(
            """
            DELETE FROM fingerprint_band WHERE item = @item AND @revision > 1;
            INSERT INTO fingerprint(item, revision, sketch) VALUES (@item, @revision, @sketch) ON CONFLICT(item) DO UPDATE SET revision = excluded.revision, sketch = excluded.sketch;
            INSERT OR IGNORE INTO fingerprint_band(band, item) SELECT value, @item FROM json_each(@bands);
            """,
            [.. fingerprints.Select(f => new (string, object)[] { ("@item", f.Item), ("@revision", f.Revision), ("@sketch", f.Sketch), ("@bands", $"[{string.Join(',', f.Bands.Select(band => band.ToString(CultureInfo.InvariantCulture)))}]") })],
            cancellationToken);
    }
}
