namespace CooperaNet.Matching.Partitions;

/// <summary>How long something that failed is left alone: twice as long each time, up to five seconds. For one caller at a time.</summary>
internal sealed class Backoff(TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private TimeSpan wait = Shortest;
    private DateTimeOffset until;

    public bool IsWaiting => clock.GetUtcNow() < until;

    public void Wait() => (until, wait) = (clock.GetUtcNow() + wait, wait * 2 < Longest ? wait * 2 : Longest);

    public void Reset() => wait = Shortest;
}
