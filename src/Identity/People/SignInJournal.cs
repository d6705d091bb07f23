using CooperaNet.Matching.Identity.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Identity.People;

/// <summary>Remembers who signed in, and who tried to.</summary>
internal sealed class SignInJournal(IDbContextFactory<IdentityStore> stores, IOptions<SignInOptions> options, TimeProvider clock)
{
    public const string SignedIn = "signed-in", WrongPassword = "wrong-password", WrongSecondFactor = "wrong-second-factor", Locked = "locked", Ended = "ended", Unknown = "unknown", Activated = "activated", Application = "application";

    public Task WriteAsync(string outcome, Person? person, string? from, CancellationToken cancellationToken) =>
        WriteAsync(outcome, person?.Id ?? "", person?.Participant ?? "", from, cancellationToken);

    public async Task WriteAsync(string outcome, string subject, string participant, string? from, CancellationToken cancellationToken)
    {
        await using var store = await stores.CreateDbContextAsync(cancellationToken);
        store.SignIns.Add(new() { Time = clock.GetUtcNow().ToUnixTimeMilliseconds(), Subject = subject, Participant = participant, Outcome = outcome, From = from ?? "" });
        await store.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Forgets what is older than it has to be remembered.</summary>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var before = (clock.GetUtcNow() - options.Value.Remembered).ToUnixTimeMilliseconds();
        await using var store = await stores.CreateDbContextAsync(cancellationToken);
        return await store.SignIns.Where(entry => entry.Time < before).ExecuteDeleteAsync(cancellationToken);
    }
}
