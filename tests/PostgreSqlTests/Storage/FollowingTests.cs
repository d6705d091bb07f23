using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Statistics;
using Dapper;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>What followers and figures see while many transactions are open at once. Each test has a database of its own.</summary>
public sealed class FollowingTests(ITestOutputHelper output) : OwnDatabaseTests
{
    [Fact]
    public async Task A_follower_waits_for_an_open_transaction_and_then_sees_all_of_it()
    {
        var (changes, statistics) = (new ChangeReader(Database), new StatisticsReader(Database));
        await using var slow = await Server.ConnectAsync();
        await using var fast = await Server.ConnectAsync();
        await TestDatabase.WriteOfferAsync(fast, "before");
        var (before, position) = await ReadToEndAsync(changes, default);
        Assert.Equal(["before"], before);
        await using (var open = await slow.BeginTransactionAsync(Cancellation))
        {
            await TestDatabase.WriteOfferAsync(slow, "slow");
            await TestDatabase.WriteOfferAsync(fast, "fast");

            var waiting = await changes.ReadAsync(0, 1, position, 10, Cancellation); // fast has the greater number but is there first
            Assert.Equal((0, position, false), (waiting.Changes.Count, waiting.Next, waiting.IsLast));
            Assert.Equal(2, await PublishedAsync(statistics)); // the figures don't wait
            await statistics.FoldAsync(Cancellation);
            Assert.Equal(2, await PublishedAsync(statistics));

            await open.CommitAsync(Cancellation);
            Assert.Equal(["slow", "fast"], (await ReadToEndAsync(changes, position)).Names);
        }

        await statistics.FoldAsync(Cancellation);
        Assert.Equal(3, await PublishedAsync(statistics));
        Assert.Equal(3 * 2, (await statistics.ReadWithVersionAsync(Cancellation)).Version); // each counts for its type and its country
    }

    /// <summary>Eight writers that commit, dawdle and roll back at random, two that fold, and one that follows.</summary>
    [Fact]
    public async Task Nothing_is_missed_or_counted_twice_under_concurrent_writers()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var statistics = new StatisticsReader(Database);
        using var stop = new CancellationTokenSource();
        var following = FollowAsync(stop.Token);
        var folding = Enumerable.Range(0, 2).Select(_ => UntilAsync(() => statistics.FoldAsync(Cancellation), stop.Token)).ToList();
        var versions = new List<long>();
        var reading = UntilAsync(async () => versions.Add((await statistics.ReadWithVersionAsync(Cancellation)).Version), stop.Token);
        var committed = (await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => WriteManyAsync(writer, new Random(seed + writer))))).SelectMany(names => names).ToHashSet();
        await stop.CancelAsync();
        await Task.WhenAll([following, reading, .. folding]);

        Assert.Equal(committed.Order(), (await following).Order());
        Assert.Equal(versions.Order(), versions);
        Assert.Equal(Sorted(await statistics.RecountAsync(Cancellation)), Sorted(await statistics.ReadAsync(Cancellation)));
        await statistics.FoldAsync(Cancellation);
        Assert.Equal(Sorted(await statistics.RecountAsync(Cancellation)), Sorted(await statistics.ReadAsync(Cancellation)));
        Assert.Equal(committed.Count, await PublishedAsync(statistics));
    }

    /// <summary>As after a dump was restored into a server that has counted fewer transactions.</summary>
    [Fact]
    public async Task A_database_from_another_server_is_read_from_the_beginning()
    {
        await using (var connection = await Server.ConnectAsync())
        {
            await TestDatabase.WriteOfferAsync(connection, "old");
            await new StatisticsReader(Database).FoldAsync(Cancellation);
            await connection.ExecuteAsync("UPDATE history SET tx = tx + 1000000000; UPDATE statistic_delta SET tx = tx + 1000000000; UPDATE statistic_fold SET tx = tx + 1000000000");
        }

        await Database.DisposeAsync();
        Database = await Server.OpenAsync();
        await using var after = await Server.ConnectAsync();
        await TestDatabase.WriteOfferAsync(after, "new");

        Assert.Equal(["old", "new"], (await ReadToEndAsync(new(Database), default)).Names);
        Assert.Equal(2, await PublishedAsync(new(Database)));
        await new StatisticsReader(Database).FoldAsync(Cancellation);
        Assert.Equal(2, await PublishedAsync(new(Database)));
    }

    private async Task<List<string>> WriteManyAsync(int writer, Random random)
    {
        await using var connection = await Server.ConnectAsync();
        var names = new List<string>();
        for (var i = 0; i < 100; i++)
        {
            await using var transaction = await connection.BeginTransactionAsync(Cancellation);
            var name = $"w-{writer}-{i}";
            await TestDatabase.WriteOfferAsync(connection, name);
            await connection.ExecuteAsync("SELECT pg_sleep(@seconds)", new { seconds = random.Next(4) == 0 ? random.NextDouble() / 50 : 0 });
            if (random.Next(5) == 0)
            {
                await transaction.RollbackAsync(Cancellation);
            }
            else
            {
                await transaction.CommitAsync(Cancellation);
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>Reads small pages from position to position; at the end until there is no more.</summary>
    private async Task<List<string>> FollowAsync(CancellationToken stop)
    {
        var (changes, position, seen) = (new ChangeReader(Database), default(Position), new List<string>());
        while (!stop.IsCancellationRequested)
        {
            var page = await changes.ReadAsync(0, 1, position, 7, Cancellation);
            seen.AddRange(page.Changes.Select(change => change.Name));
            position = page.Next;
        }

        return [.. seen, .. (await ReadToEndAsync(changes, position)).Names];
    }

    /// <summary>Reads all that was committed; open transactions of other tests on the same server may delay it.</summary>
    private async Task<(List<string> Names, Position End)> ReadToEndAsync(ChangeReader changes, Position position)
    {
        var names = new List<string>();
        while (true)
        {
            var page = await changes.ReadAsync(0, 1, position, 7, Cancellation);
            names.AddRange(page.Changes.Select(change => change.Name));
            position = page.Next;
            if (page.IsLast)
            {
                return (names, position);
            }
        }
    }

    private static async Task UntilAsync(Func<Task> act, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await act();
        }
    }

    private async Task<long> PublishedAsync(StatisticsReader statistics) => (await statistics.ReadAsync(Cancellation)).SingleOrDefault(count => count.Dimension == "type").Count;

    private static List<StatisticCount> Sorted(IEnumerable<StatisticCount> counts) => [.. counts.OrderBy(count => count.Dimension, StringComparer.Ordinal).ThenBy(count => count.Value, StringComparer.Ordinal)];
}
