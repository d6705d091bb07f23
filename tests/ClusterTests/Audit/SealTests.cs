using System.Text.Json;
using CooperaNet.Matching.Audit;
using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.ClusterTests.Audit;

/// <summary>Seals over a database of its own, whose states are written as the grains' storage writes them.</summary>
public sealed class SealTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-seals-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    /// <summary>Three items with two revisions each, under two seals, and one change that is not sealed yet.</summary>
    public async ValueTask InitializeAsync()
    {
        await using var database = await ExchangeDatabase.OpenAsync(new() { Directory = directory }, cancellation);
        var sealer = new HistorySealer(database);
        for (var revision = 1; revision <= 2; revision++)
        {
            for (var item = 1; item <= 3; item++)
            {
                await WriteAsync(database, item, revision, $"person-{item}");
            }

            Assert.Equal(3, await sealer.SealAsync(Now, cancellation));
        }

        await WriteAsync(database, 1, 3, "person-1");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(directory, recursive: true);
        return default;
    }

    [Fact]
    public async Task Sound_history_is_found_sound_also_while_the_service_runs()
    {
        await using var running = await ExchangeDatabase.OpenAsync(new() { Directory = directory }, cancellation);
        var found = await HistoryVerifier.VerifyAsync(new() { Directory = directory }, "", cancellation);

        Assert.Equal((6, 1, 2, 0), (found.Rows, found.Open, found.Seals, found.Findings.Count));
        Assert.Empty((await HistoryVerifier.VerifyAsync(new() { Directory = directory }, found.LastSeal.ToUpperInvariant(), cancellation)).Findings);
    }

    [Theory]
    [InlineData("UPDATE history SET why = 'confirm' WHERE seq = 2", "Seal 1 over the events 1 to 3 is broken")]
    [InlineData("UPDATE history SET at = '2026-01-01T00:00:00.000000Z' WHERE seq = 5", "Seal 2 over the events 4 to 6 is broken")]
    [InlineData("UPDATE history SET on_behalf_of = '', instruction = '' WHERE seq = 4", "Seal 2 over")]
    [InlineData("UPDATE history SET content = replace(content, 'Item', 'Mite') WHERE seq = 1", "Seal 1 over")]
    [InlineData("UPDATE history_person SET who = 'somebody else' WHERE seq = 3", "Seal 1 over")]
    [InlineData("UPDATE history_person SET who = NULL, salt = NULL WHERE seq = 3", "Seal 1 over")]
    [InlineData("UPDATE history_person SET digest = x'00' WHERE seq = 3", "Seal 1 over")]
    [InlineData("DELETE FROM history WHERE seq = 2", "Seal 1 over")]
    [InlineData("INSERT INTO history(seq, item, name, parent, kind, bucket, revision, state, at, why, request) SELECT -1, item, name, parent, kind, bucket, 9, state, at, why, request FROM history WHERE seq = 1", "is at revision 3, its history tells of 9")]
    [InlineData("UPDATE history SET seq = 7 + seq WHERE seq = 6", "Seal 2 over")]
    [InlineData("UPDATE history_seal SET digest = x'00' WHERE id = 1", "Seal 1 over")]
    [InlineData("DELETE FROM history_seal WHERE id = 1", "Seal 2 over")]
    [InlineData("DELETE FROM history WHERE seq > 3; DELETE FROM history_seal WHERE id = 2", "its history tells of 1 in 1 events")]
    [InlineData("DROP TRIGGER storage_updated_item; UPDATE OrleansStorage SET PayloadBinary = CAST(replace(CAST(PayloadBinary AS TEXT), 'Item 2', 'Forged') AS BLOB)", "says something else than its history")]
    [InlineData("DELETE FROM OrleansStorage WHERE Id = 3", "has a history and no state")]
    [InlineData("UPDATE OrleansStorage SET PayloadBinary = CAST(json_set(CAST(PayloadBinary AS TEXT), '$.State', 'WITHDRAWN') AS BLOB) WHERE Id = 2", "'authorities/pe/offers/i-2' is WITHDRAWN of authorities/pe, its history says PUBLISHED of authorities/pe.")]
    [InlineData("UPDATE OrleansStorage SET PayloadBinary = CAST(json_set(CAST(PayloadBinary AS TEXT), '$.Parent', 'authorities/uy') AS BLOB) WHERE Id = 2", "is PUBLISHED of authorities/uy, its history says PUBLISHED of authorities/pe.")]
    public async Task Tampering_is_found(string sql, string said)
    {
        await using (var connection = Open())
        {
            Assert.NotEqual(0, await connection.ExecuteAsync(sql));
        }

        Assert.Contains((await HistoryVerifier.VerifyAsync(new() { Directory = directory }, "", cancellation)).Findings, finding => finding.Contains(said, StringComparison.Ordinal));
    }

    /// <summary>What is no JSON at all ends no verification: whoever reads states names it.</summary>
    [Fact]
    public async Task A_state_that_cannot_be_read_is_named_and_hides_nothing_else()
    {
        await using (var connection = Open())
        {
            await connection.ExecuteAsync("DROP TRIGGER storage_updated_item; UPDATE OrleansStorage SET PayloadBinary = x'7b' WHERE Id = 2; DELETE FROM OrleansStorage WHERE Id = 3");
        }

        Assert.Contains("'authorities/pe/offers/i-3' has a history and no state", Assert.Single((await HistoryVerifier.VerifyAsync(new() { Directory = directory }, "", cancellation)).Findings), StringComparison.Ordinal);
        Assert.Contains(await ConsistencyChecker.CheckAsync(new() { Directory = directory }, cancellation), one => one.Finding.StartsWith("The state of 'authorities/pe/offers/i-2' cannot be read", StringComparison.Ordinal));
    }

    /// <summary>Who can write the database can make the whole chain anew; a seal that was noted elsewhere tells.</summary>
    [Fact]
    public async Task A_chain_made_anew_is_found_by_a_seal_of_before()
    {
        var noted = (await HistoryVerifier.VerifyAsync(new() { Directory = directory }, "", cancellation)).LastSeal;
        await using (var connection = Open())
        {
            await connection.ExecuteAsync("UPDATE history SET why = 'confirm' WHERE seq = 2; DELETE FROM history_seal");
        }

        await using (var database = await ExchangeDatabase.OpenAsync(new() { Directory = directory }, cancellation))
        {
            await new HistorySealer(database).SealAsync(Now, cancellation);
        }

        Assert.Empty((await HistoryVerifier.VerifyAsync(new() { Directory = directory }, "", cancellation)).Findings);
        Assert.Contains((await HistoryVerifier.VerifyAsync(new() { Directory = directory }, noted, cancellation)).Findings, finding => finding.Contains("made anew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_erased_person_is_named_nowhere_and_the_seals_hold()
    {
        await using (var database = await ExchangeDatabase.OpenAsync(new() { Directory = directory }, cancellation))
        {
            Assert.Equal(3, await new PersonEraser(database).EraseAsync("person-1", cancellation));
            Assert.Equal(0, await new PersonEraser(database).EraseAsync("person-1", cancellation));
            await new HistorySealer(database).SealAsync(Now, cancellation);
            var page = await new AuditReader(database).ListAsync(new(), false, 0, "", cancellation);
            Assert.Equal([null, "person-3", "person-2", null, "person-3", "person-2", null], page.Rows.Select(row => row.Who));
        }

        var found = await HistoryVerifier.VerifyAsync(new() { Directory = directory }, "", cancellation);
        Assert.Equal((7, 0, 0), (found.Rows, found.Open, found.Findings.Count));
        await using var connection = Open();
        await connection.ExecuteAsync("VACUUM");
        await connection.ExecuteAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        Assert.DoesNotContain("person-1", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(directory, "exchange.db"), cancellation)), StringComparison.Ordinal);
    }

    private SqliteConnection Open() => new($"Data Source={Path.Combine(directory, "exchange.db")};Pooling=False");

    private static Task WriteAsync(ExchangeDatabase database, int item, int revision, string who) => database.WriteAsync(
        """
        INSERT INTO OrleansStorage(Id, GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, ServiceId, PayloadBinary, ModifiedOn, Version)
        VALUES (@id, @id, 0, 0, 0, 'offer', 'test', @payload, '', 1)
        ON CONFLICT(Id) DO UPDATE SET PayloadBinary = excluded.PayloadBinary
        """,
        TestContext.Current.CancellationToken, ("@id", item), ("@payload", JsonSerializer.SerializeToUtf8Bytes(
            new Item
            {
                Name = $"authorities/pe/offers/i-{item}",
                Parent = "authorities/pe",
                Country = "PE",
                Type = "offer-member-state",
                State = ItemState.Published,
                Revision = revision,
                UpdateTime = Now,
                CreateTime = Now,
                Content = new() { Title = $"Item {item}", Summary = $"Revision {revision}" },
                Change = new(who, "update", "", Now, CallerRole.Secretariat, "authorities/pe", "note"),
            }, StateJson.Options)));
}
