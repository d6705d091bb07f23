using System.Data.Common;
using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>What an exchange does before its first start, and what a load does when it can't.</summary>
public sealed class BulkLoadTests : IAsyncLifetime
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private TestDatabase server = null!;
    private ExchangeDatabase database = null!;

    public async ValueTask InitializeAsync()
    {
        server = await TestDatabase.StartAsync();
        database = await server.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await server.DisposeAsync();
    }

    /// <summary>Whoever prepares lines must not wait for whoever writes, when he has ended.</summary>
    [Fact]
    public async Task A_load_whose_database_fails_ends_with_the_reason()
    {
        await database.WriteAsync("INSERT INTO participant(id, name, kind, country, account) VALUES (1, 'authorities/pe', 'authority', 'PE', 'NONE')", cancellation);
        await database.WriteAsync("DROP TABLE encoding", cancellation);
        var load = new BulkLoad(new(database), ModelFile.Load(Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin")), (key => key.Length, _ => 1), TimeProvider.System);
        var lines = Enumerable.Range(0, 25_001).Select(i => $$"""{"sourceReference":"L-{{i}}","parent":"authorities/pe","kind":"OFFER","languageCode":"es","title":"Oferta {{i}}"}""").ToAsyncEnumerable();

        await Assert.ThrowsAnyAsync<DbException>(() => load.RunAsync(lines, _ => { }, cancellation).WaitAsync(TimeSpan.FromMinutes(1), cancellation));
    }

    [Fact]
    public async Task Of_two_first_starts_with_other_numbers_of_partitions_one_is_refused()
    {
        var starts = await Task.WhenAll(new[] { 2, 3 }.Select(async partitions => await Record.ExceptionAsync(() => new Partitioning(database).CheckAsync(partitions, cancellation))));

        Assert.IsType<StorageException>(Assert.Single(starts.OfType<Exception>()));
        var kept = starts[0] is null ? 2 : 3;
        await new Partitioning(database).CheckAsync(kept, cancellation);
        Assert.Equal(kept, (await database.ReadAsync<long>("SELECT COUNT(*) FROM follower", null, cancellation)).Single());
    }
}
