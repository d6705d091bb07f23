namespace CooperaNet.Matching.Partitions;

/// <summary>Runs scans and encodings on the thread pool: they must never hold a grain's scheduler.</summary>
internal sealed class QueryPool : IDisposable
{
    private readonly SemaphoreSlim queries = new(Environment.ProcessorCount);
    private readonly SemaphoreSlim following = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Runs what a caller waits for, as many at once as there are processors.</summary>
    public Task<T> QueryAsync<T>(Func<T> query, CancellationToken cancellationToken) => RunAsync(queries, query, cancellationToken);

    /// <summary>Runs what a caller waits for on as many processors as are free: all of an idle silo's, one each under load.</summary>
    /// <param name="most">Processors that it can use, from 1.</param>
    /// <param name="query">Gets how many it may use, from 1.</param>
    /// <param name="cancellationToken">Ends the wait for the first processor.</param>
    public async Task<T> ShareAsync<T>(int most, Func<int, Task<T>> query, CancellationToken cancellationToken)
    {
        await queries.WaitAsync(cancellationToken);
        var taken = 1;
        try
        {
            while (taken < most && queries.Wait(TimeSpan.Zero, cancellationToken))
            {
                taken++;
            }

            return await Task.Run(() => query(taken), cancellationToken);
        }
        finally
        {
            queries.Release(taken);
        }
    }

    /// <summary>Runs what follows behind an acknowledgement, on half of the processors, so that a burst of writes is not slowed by its own index.</summary>
    public Task<T> FollowAsync<T>(Func<T> work, CancellationToken cancellationToken) => RunAsync(following, work, cancellationToken);

    public void Dispose()
    {
        queries.Dispose();
        following.Dispose();
    }

    private static async Task<T> RunAsync<T>(SemaphoreSlim slots, Func<T> work, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        try
        {
            return await Task.Factory.StartNew(work, cancellationToken, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
        finally
        {
            slots.Release();
        }
    }
}
