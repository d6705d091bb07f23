namespace CooperaNet.Matching;

internal static class PersistentStateExtensions
{
    /// <summary>
    /// Writes <paramref name="next"/> and adopts it; when the write fails, the grain keeps what it had, so that
    /// memory never runs ahead of storage. A write that failed after it reached the database leaves a stale
    /// version behind: the next write then throws and Orleans reactivates the grain from storage.
    /// </summary>
    public static async Task<T> CommitAsync<T>(this IPersistentState<T> state, T next, CancellationToken cancellationToken)
    {
        var previous = state.State;
        state.State = next;
        try
        {
            await state.WriteStateAsync(cancellationToken);
            return next;
        }
        catch
        {
            state.State = previous;
            throw;
        }
    }
}
