using System.Globalization;
using CooperaNet.Matching.Identity.Store;
using CooperaNet.Matching.Register;
using Microsoft.EntityFrameworkCore;
using Orleans.Concurrency;

namespace CooperaNet.Matching.SignIns;

[StatelessWorker, GrainType("sign-ins")]
internal sealed class SignInsGrain(IDbContextFactory<IdentityStore> stores) : Grain, ISignInsGrain
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 100;

    public async Task<Page<SignInEvent>> ListAsync(SignInFilter filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken)
    {
        if (caller.Role is not (CallerRole.Secretariat or CallerRole.Administrator or CallerRole.System))
        {
            throw new MatchingException(MatchingError.NotPermitted, "Sign-ins are for the Secretariat and administrators.");
        }

        var size = pageSize switch { < 0 => throw MatchingException.Invalid("pageSize", $"{pageSize} is negative; 0 asks for the default of {DefaultPageSize}."), 0 => DefaultPageSize, _ => Math.Min(pageSize, MaxPageSize) };
        var before = pageToken.Length == 0 ? long.MaxValue : long.TryParse(pageToken, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last
            : throw MatchingException.Invalid("pageToken", $"'{ResourceId.Excerpt(pageToken)}' is not a token of this list.");
        var (start, end) = (filter.Start?.ToUnixTimeMilliseconds() ?? 0, filter.End?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        await using var store = await stores.CreateDbContextAsync(cancellationToken);
        var rows = await store.SignIns.AsNoTracking()
            .Where(entry => entry.Id < before && entry.Time >= start && entry.Time < end
                && (filter.Participant == "" || entry.Participant == filter.Participant) && (filter.Subject == "" || entry.Subject == filter.Subject) && (filter.Outcome == "" || entry.Outcome == filter.Outcome))
            .OrderByDescending(entry => entry.Id).Take(size + 1).ToListAsync(cancellationToken);
        return new(
            [.. rows.Take(size).Select(entry => new SignInEvent(entry.Id, DateTimeOffset.FromUnixTimeMilliseconds(entry.Time), entry.Subject, entry.Participant, entry.Outcome, entry.From))],
            rows.Count > size ? rows[size - 1].Id.ToString(CultureInfo.InvariantCulture) : "");
    }
}
