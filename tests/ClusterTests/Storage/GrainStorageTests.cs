using CooperaNet.Matching.Authorities;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>Orleans' grain storage over our scripts, called as several activations of one grain would call it.</summary>
public class GrainStorageTests(ExchangeFixture exchange)
{
    private const string Type = "test";
    private readonly IGrainStorage storage = exchange.Silo.GetRequiredService<IGrainStorage>();
    private readonly GrainId grain = GrainId.Create(Type, $"tests/{Guid.NewGuid():n}/x");
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_racing_first_writes_one_wins()
    {
        var racers = Enumerable.Range(0, 16).Select(i => new GrainState<Participant>(new() { Name = $"racer {i}" })).ToList();

        var outcomes = await Task.WhenAll(racers.Select(async racer =>
        {
            try
            {
                await Task.Yield();
                await storage.WriteStateAsync(Type, grain, racer);
                return racer.State?.Name;
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        }));

        var winner = Assert.Single(outcomes, outcome => outcome is not null);
        var read = new GrainState<Participant>();
        await storage.ReadStateAsync(Type, grain, read);
        Assert.Equal(winner, read.State?.Name);
        await using var connection = await exchange.Database.OpenReadAsync(cancellation);
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM OrleansStorage WHERE GrainIdExtensionString = @key", new { key = grain.Key.ToString() }));
    }

    [Fact]
    public async Task A_stale_etag_writes_and_clears_nothing()
    {
        var state = new GrainState<Participant>(new() { Name = "first" });
        await storage.WriteStateAsync(Type, grain, state);
        var stale = new GrainState<Participant>(new() { Name = "stale" }, state.ETag);
        state.State = new() { Name = "second" };
        await storage.WriteStateAsync(Type, grain, state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync(Type, grain, stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync(Type, grain, stale));

        var read = new GrainState<Participant>();
        await storage.ReadStateAsync(Type, grain, read);
        Assert.Equal(("second", state.ETag), (read.State?.Name, read.ETag));
    }

    [Fact]
    public async Task A_cleared_state_can_be_written_again()
    {
        var state = new GrainState<Participant>(new() { Name = "first" });
        await storage.WriteStateAsync(Type, grain, state);
        await storage.ClearStateAsync(Type, grain, state);
        var read = new GrainState<Participant>();
        await storage.ReadStateAsync(Type, grain, read);
        Assert.False(read.RecordExists);

        read.State = new() { Name = "again" };
        await storage.WriteStateAsync(Type, grain, read);
        await storage.ReadStateAsync(Type, grain, read);
        Assert.Equal("again", read.State?.Name);
    }

    /// <summary>The second row repeats a key: the first, which was fine, goes with it.</summary>
    [Fact]
    public async Task Rows_are_written_all_or_none()
    {
        var key = $"rows-{Guid.NewGuid():n}";
        (string, object)[] row = [("@key", key)];

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => exchange.Database.WriteAsync("INSERT INTO setting(key, value) VALUES (@key, '1')", [row, row], cancellation));

        await using var connection = await exchange.Database.OpenReadAsync(cancellation);
        Assert.Equal(0, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM setting WHERE key = @key", new { key }));
    }
}
