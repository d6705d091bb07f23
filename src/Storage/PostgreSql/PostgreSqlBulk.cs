using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.Storage;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace CooperaNet.Matching.PostgreSql;

/// <summary>Many new items in one transaction: copied into temporary tables, and from there by one statement a table.</summary>
internal static class PostgreSqlBulk
{
    private const string Insert =
        """
        INSERT INTO orleansstorage(grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, version)
        SELECT namehash, 0, 0, typehash, type, name, @service, state, 1 FROM loaded ORDER BY place;
        CREATE TEMPORARY TABLE placed ON COMMIT DROP AS SELECT l.place, r.id FROM loaded l JOIN register r ON r.name = l.name;
        INSERT INTO encoding(item, model, revision, data) SELECT p.id, @model, 1, l.encoding FROM loaded l JOIN placed p USING (place);
        INSERT INTO fingerprint(item, revision, sketch) SELECT p.id, 1, l.sketch FROM loaded l JOIN placed p USING (place) WHERE l.sketch IS NOT NULL;
        INSERT INTO fingerprint_band(band, item) SELECT DISTINCT b.band, p.id FROM loaded_band b JOIN placed p USING (place)
        """;

    public static async Task WriteAsync(NpgsqlConnection connection, string model, IReadOnlyList<BulkItem> items, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            CREATE TEMPORARY TABLE loaded (place integer, name text, type text, namehash integer, typehash integer, state bytea, encoding bytea, sketch bytea) ON COMMIT DROP;
            CREATE TEMPORARY TABLE loaded_band (place integer, band bigint) ON COMMIT DROP
            """, cancellationToken: cancellationToken));
        await using (var copy = await connection.BeginBinaryImportAsync("COPY loaded FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            for (var place = 0; place < items.Count; place++)
            {
                var item = items[place];
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(place, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(item.Name, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(item.StateName, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(item.NameHash, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(item.StateNameHash, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(item.State, NpgsqlDbType.Bytea, cancellationToken);
                await copy.WriteAsync(item.Encoding, NpgsqlDbType.Bytea, cancellationToken);
                await copy.WriteAsync(item.Sketch, NpgsqlDbType.Bytea, cancellationToken);
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await using (var copy = await connection.BeginBinaryImportAsync("COPY loaded_band FROM STDIN (FORMAT BINARY)", cancellationToken))
        {
            for (var place = 0; place < items.Count; place++)
            {
                foreach (var band in items[place].Bands)
                {
                    await copy.StartRowAsync(cancellationToken);
                    await copy.WriteAsync(place, NpgsqlDbType.Integer, cancellationToken);
                    await copy.WriteAsync(band, NpgsqlDbType.Bigint, cancellationToken);
                }
            }

            await copy.CompleteAsync(cancellationToken);
        }

        await connection.ExecuteAsync(new CommandDefinition(Insert, new { model, service = ExchangeDatabase.Service }, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }
}
