using System.Data.Common;
using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>What an exchange does before its first start, and what a load does when it can't.</summary>
public sealed class BulkLoadTests : OwnDatabaseTests
{
    /// <summary>Whoever prepares lines must not wait for whoever writes, when he has ended.</summary>
    [Fact]
    public async Task A_load_whose_database_fails_ends_with_the_reason()
    {
        await Database.WriteAsync("INSERT INTO participant(id, name, kind, country, account) VALUES (1, 'authorities/pe', 'authority', 'PE', 'NONE')", Cancellation);
        await Database.WriteAsync("DROP TABLE encoding", Cancellation);
        var load = new BulkLoad(new(Database), ModelFile.Load(Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin")), (key => key.Length, _ => 1), TimeProvider.System);
        var lines = Enumerable.Range(0, 25_001).Select(i => $$"""{"sourceReference":"L-{{i}}","parent":"authorities/pe","kind":"OFFER","languageCode":"es","title":"Oferta {{i}}"}""").ToAsyncEnumerable();

        await Assert.ThrowsAnyAsync<DbException>(() => load.RunAsync(lines, _ => { }, Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
    }

    [Fact]
    public async Task A_load_before_the_first_start_says_what_is_missing()
    {
        var load = new BulkLoad(new(Database), ModelFile.Load(Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin")), (key => key.Length, _ => 1), TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<MatchingException>(() => load.RunAsync(AsyncEnumerable.Empty<string>(), _ => { }, Cancellation));

        Assert.Contains("start the service once", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_first_starts_with_other_numbers_of_partitions_one_is_refused()
    {
        var starts = await Task.WhenAll(new[] { 2, 3 }.Select(async partitions => await Record.ExceptionAsync(() => new Partitioning(Database).CheckAsync(partitions, Cancellation))));

        Assert.IsType<StorageException>(Assert.Single(starts.OfType<Exception>()));
        var kept = starts[0] is null ? 2 : 3;
        await new Partitioning(Database).CheckAsync(kept, Cancellation);
        Assert.Equal(kept, (await Database.ReadAsync<long>("SELECT COUNT(*) FROM follower", null, Cancellation)).Single());
    }
}
