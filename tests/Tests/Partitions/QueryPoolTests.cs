using CooperaNet.Matching.Partitions;

namespace CooperaNet.Matching.Tests.Partitions;

public class QueryPoolTests
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_query_gets_every_free_processor_and_under_load_one()
    {
        using var pool = new QueryPool();
        var all = Environment.ProcessorCount;
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());

        var first = pool.ShareAsync(
            Math.Max(1, all - 1),
            async threads =>
            {
                entered.SetResult();
                await leave.Task;
                return threads;
            },
            cancellation);
        await entered.Task;
        if (all > 1)
        {
            Assert.Equal(1, await pool.ShareAsync(all, Task.FromResult, cancellation)); // all that the first one left
        }

        leave.SetResult();
        Assert.Equal(Math.Max(1, all - 1), await first);
        Assert.Equal(all, await pool.ShareAsync(all + 5, Task.FromResult, cancellation)); // all came back, and no more
    }

    [Fact]
    public async Task A_query_that_fails_gives_its_processors_back()
    {
        using var pool = new QueryPool();

        await Assert.ThrowsAsync<InvalidOperationException>(() => pool.ShareAsync<int>(Environment.ProcessorCount, _ => throw new InvalidOperationException(), cancellation));

        Assert.Equal(Environment.ProcessorCount, await pool.ShareAsync(Environment.ProcessorCount, Task.FromResult, cancellation));
    }
}
