using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Resilience;

/// <summary>
/// Tries twenty times a second how long work waits for a thread of the pool. That tells a process that has more to do than its processors bear
/// from one whose calls wait for others, such as for a silo that died. Safe for concurrent use.
/// </summary>
internal sealed class ProcessorQueue : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource stopping = new();
    private readonly TimeSpan most;
    private readonly TaskFactory pool;
    private readonly Thread trial;
    private long lateSince; // when the trial began behind which none was short; 0 when the last one was

    public ProcessorQueue(IOptions<GatewayOptions> options) : this(options.Value.MaxDelay, Task.Factory)
    {
    }

    /// <param name="most">How long work may wait.</param>
    /// <param name="pool">Runs the trials.</param>
    internal ProcessorQueue(TimeSpan most, TaskFactory pool)
    {
        (this.most, this.pool) = (most, pool);
        trial = new Thread(Try) { IsBackground = true, Name = "processor queue" }; // its own, as those of the pool are what is tried
        trial.Start();
    }

    /// <summary>Whether work has waited too long, in each trial of half a second: a burst of calls does not count, nor does a pause of the whole process; a queue that stays does.</summary>
    public bool IsOverloaded => Volatile.Read(ref lateSince) is not 0 and var since && Stopwatch.GetElapsedTime(since) > most + Burst;

    public void Dispose()
    {
        stopping.Cancel();
        trial.Join();
        stopping.Dispose();
    }

    private void Try()
    {
        try
        {
            while (!stopping.Token.WaitHandle.WaitOne(Period))
            {
                var started = Stopwatch.GetTimestamp();
                Volatile.Write(ref lateSince, lateSince is 0 ? started : lateSince);
                pool.StartNew(static () => { }, stopping.Token).Wait(stopping.Token); // with a token, so that it does not run here instead
                if (Stopwatch.GetElapsedTime(started) <= most)
                {
                    Volatile.Write(ref lateSince, 0);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }
}
