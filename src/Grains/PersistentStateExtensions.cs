using Orleans.Storage;

namespace CooperaNet.Matching;

internal static class PersistentStateExtensions
{
    /// <summary>
    /// Writes <paramref name="next"/> and adopts it; when the write fails, the grain keeps what it had, so that memory never runs
    /// ahead of storage.
    /// </summary>
    /// <exception cref="InconsistentStateException">
    /// Another activation wrote, or the database failed or the caller gave up, and then nobody knows whether the write arrived:
    /// Orleans ends this activation, and the next one reads what is stored.
    /// </exception>
    public static async Task<T> CommitAsync<T>(this IPersistentState<T> state, T next, CancellationToken cancellationToken)
    {
        var previous = state.State;
        state.State = next;
        try
        {
            await state.WriteStateAsync(cancellationToken);
            return next;
        }
        catch (InconsistentStateException)
        {
            state.State = previous;
            throw;
        }
        catch (Exception error)
        {
            state.State = previous;
            throw new InconsistentStateException("A write was interrupted; it may have been stored.", error);
        }
    }
}
