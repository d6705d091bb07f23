namespace CooperaNet.Matching.Partitions;

/// <summary>How long something that failed is left alone: twice as long each time, up to five seconds. For one caller at a time.</summary>
internal sealed class Backoff(TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private TimeSpan wait = Shortest;
    private (long Since, TimeSpan For) pause;

    public bool IsWaiting => clock.GetElapsedTime(pause.Since) < pause.For;

    public void Wait() => (pause, wait) = ((clock.GetTimestamp(), wait), wait * 2 < Longest ? wait * 2 : Longest);

    public void Reset() => (pause, wait) = (default, Shortest);
}
