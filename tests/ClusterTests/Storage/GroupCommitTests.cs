using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>What happens to a grain's write when SQLite refuses it, alone and in company.</summary>
public class GroupCommitTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    /// <summary>Sixty-four writers at once, one of which a trigger refuses: the refused one keeps its old state, everyone else's write is durable.</summary>
    [Fact]
    public async Task A_failing_write_takes_no_batch_mate_with_it()
    {
        var poison = $"poison-{Guid.NewGuid():n}";
        await using var saboteur = new SqliteConnection($"Data Source={exchange.Database.Location};Pooling=False");
        await saboteur.ExecuteAsync($"CREATE TRIGGER \"{poison}\" BEFORE INSERT ON history WHEN NEW.name LIKE '%{poison}' BEGIN SELECT RAISE(ABORT, 'refused by the test'); END");
        try
        {
            var offers = Enumerable.Range(0, 64).Select(i => Offer(i == 20 ? poison : $"mate-{poison}-{i}")).ToList();
            var writes = offers.Select(offer => exchange.Grains.GetItem(offer).CreateAsync(Content, Caller.System, false, cancellation)).ToList();
            await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

            Assert.Equal(20, Assert.Single(Enumerable.Range(0, 64), i => writes[i].IsFaulted));
            Assert.Null(await exchange.Grains.GetItem(offers[20]).FindAsync(Caller.System, cancellation));
            Assert.Equal(63, await saboteur.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM register WHERE name LIKE @like", new { like = $"%mate-{poison}-%" }));
        }
        finally
        {
            await saboteur.ExecuteAsync($"DROP TRIGGER \"{poison}\"");
        }

        var mended = await exchange.Grains.GetItem(Offer(poison)).CreateAsync(Content, Caller.System, false, cancellation);
        Assert.Equal(1, mended.Revision);
    }

    /// <summary>A write that took effect although its caller saw a failure: the grain reads its state again and does not write twice.</summary>
    [Fact]
    public async Task A_write_behind_the_grains_back_is_seen_after_the_conflict()
    {
        var offer = Offer($"conflict-{Guid.NewGuid():n}");
        var grain = exchange.Grains.GetItem(offer);
        await grain.CreateAsync(Content, Caller.System, false, cancellation);
        await using var saboteur = new SqliteConnection($"Data Source={exchange.Database.Location};Pooling=False");
        await saboteur.ExecuteAsync(
            "UPDATE OrleansStorage SET Version = Version + 1, PayloadBinary = CAST(json_set(CAST(PayloadBinary AS TEXT), '$.State', 'PUBLISHED', '$.Revision', 2) AS BLOB) WHERE Id = (SELECT id FROM register WHERE name = @name)",
            new { name = offer.ToString() });

        await Assert.ThrowsAnyAsync<Exception>(() => grain.UpdateAsync(new() { Title = "Lost race" }, ItemFields.Title, "", Caller.System, false, cancellation));

        var seen = (await grain.FindAsync(Caller.System, cancellation))!;
        Assert.Equal((ItemState.Published, 2L, Content.Title), (seen.State, seen.Revision, seen.Content.Title));
        var changed = await grain.UpdateAsync(new() { Title = "Second try" }, ItemFields.Title, "", Caller.System, false, cancellation);
        Assert.Equal((3L, "Second try"), (changed.Revision, changed.Content.Title));
    }

    [Fact]
    public async Task A_write_cancelled_before_it_ran_changes_nothing()
    {
        var directory = Directory.CreateTempSubdirectory("cooperanet-cancel-");
        await using (var database = await ExchangeDatabase.OpenAsync(new() { Directory = directory.FullName }, cancellation))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.WriteAsync("INSERT INTO setting VALUES ('a', 'b')", new(canceled: true)));
            await database.WriteAsync("INSERT INTO setting VALUES ('c', 'd')", cancellation);

            await using var read = await database.OpenReadAsync(cancellation);
            Assert.Equal(["c"], await read.QueryAsync<string>("SELECT key FROM setting"));
        }

        directory.Delete(recursive: true);
    }

    private static ItemContent Content => new() { Title = "Mangrove nurseries", LanguageCode = "en", Goals = [14] };

    private static ItemId Offer(string id) => new(new(ParentKind.Authority, "hn"), ItemKind.Offer, id);
}
