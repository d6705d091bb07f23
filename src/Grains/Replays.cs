namespace CooperaNet.Matching;

/// <summary>Recognises a call that is made again because its answer was lost, also when others have changed the resource since.</summary>
internal static class Replays
{
    /// <summary>How long requests are remembered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    /// <summary>How many requests of a resource are remembered at most.</summary>
    private const int MaxRequests = 8;

    /// <summary>True when the last change, or one of those remembered before it, came from this very request: the work is done.</summary>
    public static bool Are(Change? last, Caller caller, string why, DateTimeOffset now) =>
        caller.RequestId.Length > 0 && Remembered(last, now).Any(request => request.Id == caller.RequestId && request.Why == why);

    /// <summary>The change, remembering the requests of those before it.</summary>
    public static Change After(this Change change, Change? last) =>
        Remembered(last, change.Time).Take(MaxRequests - 1).ToList() is { Count: > 0 } earlier ? change with { Earlier = earlier } : change;

    private static IEnumerable<DoneRequest> Remembered(Change? last, DateTimeOffset now) => last is null ? []
        : (last.Earlier ?? []).Prepend(new(last.RequestId, last.Why, last.Time)).Where(request => request.Id.Length > 0 && now - request.Time < Memory);
}
