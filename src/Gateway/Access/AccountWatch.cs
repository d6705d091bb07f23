using System.Collections.Concurrent;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>Ends the streams of accounts that end. Looks twice a second, and only while there are such streams.</summary>
internal sealed class AccountWatch(AccountTable accounts, TimeProvider clock) : BackgroundService
{
    private readonly ConcurrentDictionary<Watched, bool> streams = new();

    /// <summary>A stream of this caller, until it is disposed.</summary>
    public Watched Watch(Identified identified)
    {
        var watched = new Watched(identified, gone => streams.TryRemove(gone, out _));
        if (identified.Caller.Participant is not null)
        {
            streams[watched] = true;
        }

        return watched;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(AccountTable.Fresh, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (streams.IsEmpty)
            {
                continue;
            }

            try
            {
                await accounts.RefreshAsync(stoppingToken);
            }
            catch (TimeoutException)
            {
                continue; // it reads only: it may go on until somebody can tell
            }

            foreach (var stream in streams.Keys.Where(stream => !accounts.Holds(stream.Identified)))
            {
                stream.End();
            }
        }
    }

    internal sealed class Watched(Identified identified, Action<Watched> leave) : IDisposable
    {
        private readonly CancellationTokenSource ended = new();

        public Identified Identified => identified;

        public CancellationToken Ended => ended.Token;

        public void End()
        {
            try
            {
                ended.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // the stream ended by itself at this moment
            }
        }

        public void Dispose()
        {
            leave(this);
            ended.Dispose();
        }
    }
}
