using CooperaNet.Matching.Identity.Store;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Identity.People;

/// <summary>ASP.NET Core Identity's manager, with locks that last twice as long each time.</summary>
internal sealed class PersonManager(
    IUserStore<Person> store, IOptions<IdentityOptions> options, IPasswordHasher<Person> hasher, IEnumerable<IUserValidator<Person>> people, IEnumerable<IPasswordValidator<Person>> passwords,
    ILookupNormalizer normalizer, IdentityErrorDescriber errors, IServiceProvider services, ILogger<UserManager<Person>> logger, TimeProvider clock)
    : UserManager<Person>(store, options, hasher, people, passwords, normalizer, errors, services, logger)
{
    private static readonly TimeSpan FirstLock = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLock = TimeSpan.FromDays(1);

    public override async Task<IdentityResult> AccessFailedAsync(Person user)
    {
        var failed = await base.AccessFailedAsync(user);
        if (failed.Succeeded && await IsLockedOutAsync(user))
        {
            var time = TimeSpan.FromTicks(Math.Min(LongestLock.Ticks, FirstLock.Ticks << Math.Min(user.Locks, 20)));
            user.Locks++;
            return await SetLockoutEndDateAsync(user, clock.GetUtcNow() + time);
        }

        return failed;
    }

    /// <summary>After a sign-in the next lock is a short one again.</summary>
    public async Task ForgiveAsync(Person person)
    {
        if (person.Locks > 0)
        {
            person.Locks = 0;
            await UpdateAsync(person);
        }
    }
}
