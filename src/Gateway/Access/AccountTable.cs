using System.Collections.Frozen;
using CooperaNet.Matching.Authorities;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>
/// Whether tokens still count: the accounts' states and epochs, read anew when a token comes and they are older than half a second.
/// One question a gateway, however many calls wait for its answer; none while no token comes.
/// </summary>
internal sealed partial class AccountTable(IGrainFactory grains, TimeProvider clock, ILogger<AccountTable> logger)
{
    /// <summary>How old an answer may be.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);

    /// <summary>How old an answer may be by which somebody is refused.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMilliseconds(50);

    /// <summary>How long changes are still let through by an old answer when there is no new one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long a question may take.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private volatile Answer? last;
    private Task? reading;

    /// <summary>What a token of an ended account is told.</summary>
    public static MatchingException Refusal => new(MatchingError.Unauthenticated, "Access through this account has ended; sign in again.");

    /// <summary>Lets a caller through whose account holds.</summary>
    /// <param name="identified">The caller.</param>
    /// <param name="changes">Whether the call changes something: then an old answer doesn't do.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="MatchingException">Unauthenticated: the account was suspended or handed over.</exception>
    /// <exception cref="TimeoutException">Nobody can tell for now.</exception>
    public async ValueTask CheckAsync(Identified identified, bool changes, CancellationToken cancellationToken)
    {
        if (identified.Caller.Participant is not { } participant)
        {
            return;
        }

        if (Age() >= Fresh || IsAhead(identified, participant))
        {
            await ReadAsync(changes, cancellationToken);
            if (IsAhead(identified, participant))
            {
                await ReadAsync(changes, cancellationToken); // the first question was asked before the token was given
            }
        }
        else if (Age() >= Recent && !Holds(identified))
        {
            await ReadAsync(changes, cancellationToken); // the account may have been resumed since
        }

        if (!Holds(identified))
        {
            throw Refusal;
        }
    }

    /// <summary>Whether the account holds by the last answer.</summary>
    public bool Holds(Identified identified) => identified.Caller.Participant is not { } participant
        || (Find(participant) is { } standing
            ? standing.State != AccountState.Suspended && (identified.Epoch is null || identified.Epoch == standing.Epoch)
            : identified.Epoch is null);

    /// <summary>Asks unless there is a fresh answer.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) => Age() < Fresh ? Task.CompletedTask : ReadAsync(changes: false, cancellationToken);

    private TimeSpan Age() => last is { } answer ? clock.GetElapsedTime(answer.Asked) : TimeSpan.MaxValue;

    private AccountStanding? Find(ParentId participant) => last?.Standings.GetValueOrDefault(participant.ToString());

    /// <summary>A token of an account that has changed since the last answer.</summary>
    private bool IsAhead(Identified identified, ParentId participant) => identified.Epoch is { } epoch && (Find(participant) is not { } standing || epoch > standing.Epoch);

    private async Task ReadAsync(bool changes, CancellationToken cancellationToken)
    {
        Task question;
        lock (gate)
        {
            question = reading is { IsCompleted: false } ? reading : reading = AskAsync();
        }

        try
        {
            await question.WaitAsync(cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogNotRead(error);
            if (last is null || (changes && Age() > Patience))
            {
                throw new TimeoutException("The accounts' states are not known.", error);
            }
        }
    }

    private async Task AskAsync()
    {
        var asked = clock.GetTimestamp();
        using var patience = new CancellationTokenSource(Timeout);
        var answer = await grains.GetAccounts().ListStandingsAsync(patience.Token).WaitAsync(patience.Token);
        last = new(answer.ToFrozenDictionary(standing => standing.Name, StringComparer.Ordinal), asked);
    }

    private sealed record Answer(FrozenDictionary<string, AccountStanding> Standings, long Asked);

    [LoggerMessage(EventId = 602, Level = LogLevel.Warning, Message = "The accounts' states could not be read")]
    private partial void LogNotRead(Exception error);
}
