namespace CooperaNet.Matching;

/// <summary>Recognises a call that is made again because its answer was lost.</summary>
internal static class Replays
{
    /// <summary>How long requests are remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    /// <summary>True when the last change came from this very request: the work is done.</summary>
    public static bool Are(Change? last, Caller caller, string why, DateTimeOffset now) =>
        caller.RequestId.Length > 0 && last is not null && last.RequestId == caller.RequestId && last.Why == why && now - last.Time < Memory;
}
