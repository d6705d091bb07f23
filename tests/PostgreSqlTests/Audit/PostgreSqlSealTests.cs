using CooperaNet.Matching.Audit;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.ClusterTests.Audit;

/// <summary>Seals on PostgreSQL, where rows come in the order of their transactions.</summary>
public sealed class PostgreSqlSealTests : IAsyncLifetime
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private TestDatabase server = null!;

    private StorageOptions Options => new() { Provider = StorageProvider.PostgreSql, ConnectionString = server.ConnectionString };

    /// <summary>Three offers under one seal, and one that is not sealed yet.</summary>
    public async ValueTask InitializeAsync()
    {
        server = await TestDatabase.StartAsync();
        await using var database = await server.OpenAsync();
        await using var connection = await server.ConnectAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await TestDatabase.WriteOfferAsync(connection, $"authorities/pe/offers/{name}");
        }

        await SealAsync(database, 3);
        await TestDatabase.WriteOfferAsync(connection, "authorities/pe/offers/d");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Sound_history_is_found_sound()
    {
        var found = await HistoryVerifier.VerifyAsync(Options, "", cancellation);

        Assert.Equal((3, 1, 0), (found.Rows, found.Open, found.Findings.Count));
    }

    [Theory]
    [InlineData("UPDATE history SET why = 'confirm' WHERE name LIKE '%/b'", "is broken: one of them was changed")]
    [InlineData("UPDATE history_person SET who = 'somebody else' WHERE seq = (SELECT MIN(seq) FROM history)", "is broken: one of them was changed")]
    [InlineData("DELETE FROM history WHERE name LIKE '%/c'", "is broken: one of them was changed")]
    [InlineData("UPDATE history SET tx = tx + 1 WHERE name LIKE '%/c'", "is broken: one of them was changed")]
    [InlineData("ALTER TABLE orleansstorage DISABLE TRIGGER USER; UPDATE orleansstorage SET payloadbinary = convert_to(replace(convert_from(payloadbinary, 'UTF8'), '\"LanguageCode\":\"en\"', '\"LanguageCode\":\"fr\"'), 'UTF8')", "says something else than its history")]
    [InlineData("DELETE FROM orleansstorage WHERE grainidextensionstring LIKE '%/d'", "has a history and no state")]
    [InlineData("UPDATE orleansstorage SET payloadbinary = convert_to(jsonb_set(convert_from(payloadbinary, 'UTF8')::jsonb, '{State}', '\"WITHDRAWN\"')::text, 'UTF8') WHERE grainidextensionstring LIKE '%/b'", "'authorities/pe/offers/b' is WITHDRAWN of authorities/pe, its history says PUBLISHED of authorities/pe.")]
    [InlineData("ALTER TABLE orleansstorage DISABLE TRIGGER USER; UPDATE orleansstorage SET payloadbinary = '\\x7b' WHERE grainidextensionstring LIKE '%/b'; DELETE FROM orleansstorage WHERE grainidextensionstring LIKE '%/c'", "'authorities/pe/offers/c' has a history and no state")]
    public async Task Tampering_is_found(string sql, string said)
    {
        await using (var connection = await server.ConnectAsync())
        {
            await connection.ExecuteAsync(sql);
        }

        Assert.Contains((await HistoryVerifier.VerifyAsync(Options, "", cancellation)).Findings, finding => finding.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_of_an_open_transaction_are_sealed_when_it_ends_and_nothing_before_them()
    {
        await using var database = await server.OpenAsync();
        await using var slow = await server.ConnectAsync();
        await using (var transaction = await slow.BeginTransactionAsync(cancellation))
        {
            await TestDatabase.WriteOfferAsync(slow, "authorities/pe/offers/slow");
            await using var quick = await server.ConnectAsync();
            await TestDatabase.WriteOfferAsync(quick, "authorities/pe/offers/quick");
            await SealAsync(database, 1); // "d", which was written before
            Assert.Equal(0, await new HistorySealer(database).SealAsync(DateTimeOffset.UnixEpoch, cancellation));
            await transaction.CommitAsync(cancellation);
        }

        await SealAsync(database, 2);
        Assert.Empty((await HistoryVerifier.VerifyAsync(Options, "", cancellation)).Findings);
    }

    [Fact]
    public async Task An_erased_person_is_named_nowhere_and_the_seals_hold()
    {
        await using (var database = await server.OpenAsync())
        {
            Assert.Equal(4, await new PersonEraser(database).EraseAsync("tester", cancellation));
        }

        await using var connection = await server.ConnectAsync();
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT (SELECT COUNT(*) FROM history_person WHERE who IS NOT NULL) + (SELECT COUNT(*) FROM orleansstorage WHERE convert_from(payloadbinary, 'UTF8') LIKE '%tester%')"));
        Assert.Empty((await HistoryVerifier.VerifyAsync(Options, "", cancellation)).Findings);
    }

    /// <summary>As after a dump was restored into a server that has counted fewer transactions.</summary>
    [Fact]
    public async Task Seals_hold_on_another_server()
    {
        await using (var connection = await server.ConnectAsync())
        {
            await connection.ExecuteAsync("UPDATE history SET tx = tx + 1000000000; UPDATE history_seal SET last_tx = last_tx + 1000000000");
        }

        await using (var database = await server.OpenAsync())
        {
            await SealAsync(database, 1);
        }

        Assert.Equal((4, 0), await HistoryVerifier.VerifyAsync(Options, "", cancellation) is var found ? (found.Rows, found.Findings.Count) : default);
    }

    /// <summary>Seals so many rows: some may wait for transactions that other tests have open on the same server.</summary>
    private async Task SealAsync(ExchangeDatabase database, int rows)
    {
        for (var sealedRows = 0; sealedRows < rows;)
        {
            sealedRows += await new HistorySealer(database).SealAsync(DateTimeOffset.UnixEpoch, cancellation);
            Assert.True(sealedRows <= rows, $"{sealedRows} rows");
        }
    }
}
