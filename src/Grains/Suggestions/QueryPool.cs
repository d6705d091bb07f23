namespace CooperaNet.Matching.Suggestions;

/// <summary>Runs queries on the thread pool, as many at once as there are processors: a scan must never hold a grain's scheduler.</summary>
internal sealed class QueryPool : IDisposable
{
    private readonly SemaphoreSlim slots = new(Environment.ProcessorCount);

    public async Task<T> RunAsync<T>(Func<T> query, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        try
        {
            return await Task.Factory.StartNew(query, cancellationToken, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
        finally
        {
            slots.Release();
        }
    }

    public void Dispose() => slots.Dispose();
}
