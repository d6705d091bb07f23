using CooperaNet.Matching.Identity.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Identity.People;

/// <summary>How an attempt ended.</summary>
internal enum SignInOutcome
{
    Done,
    SecondFactor,
    Wrong,
    TooMany,
    Ended,
}

/// <summary>Signs people in. An address that nobody has is answered as a wrong password is, in words and in time.</summary>
internal sealed class SignInDesk(PersonManager people, SignInManager<Person> signIn, IPasswordHasher<Person> hasher, DummyPassword dummy, Attempts attempts, SignInJournal journal, IGrainFactory grains, IOptions<SignInOptions> options, TimeProvider clock)
{
    /// <summary>Signs in with a password. A wrong one is answered after <see cref="SignInOptions.RefusalTime"/>, however much was to be looked up and written.</summary>
    public async Task<SignInOutcome> PasswordAsync(HttpContext context, string address, string password)
    {
        var started = clock.GetTimestamp();
        var outcome = await TryPasswordAsync(context, address, password);
        if (outcome == SignInOutcome.Wrong && options.Value.RefusalTime - clock.GetElapsedTime(started) is { Ticks: > 0 } left)
        {
            await Task.Delay(left, clock, context.RequestAborted);
        }

        return outcome;
    }

    public async Task<SignInOutcome> SecondFactorAsync(HttpContext context, string code)
    {
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } person)
        {
            return SignInOutcome.Ended;
        }

        var from = context.Connection.RemoteIpAddress?.ToString();
        if (!attempts.Allow(person.Id, context.Connection.RemoteIpAddress))
        {
            return SignInOutcome.TooMany;
        }

        var digits = code.Replace(" ", "", StringComparison.Ordinal);
        var result = digits.Length == 6
            ? await signIn.TwoFactorAuthenticatorSignInAsync(digits, isPersistent: false, rememberClient: false)
            : await signIn.TwoFactorRecoveryCodeSignInAsync(digits);
        if (!result.Succeeded)
        {
            await journal.WriteAsync(result.IsLockedOut ? SignInJournal.Locked : SignInJournal.WrongSecondFactor, person, from, context.RequestAborted);
            return SignInOutcome.Wrong;
        }

        return await SignedInAsync(context, person);
    }

    /// <summary>The person of the cookie; null without one, or when access has ended since.</summary>
    public async Task<Person?> FindAsync(HttpContext context)
    {
        var cookie = await Microsoft.AspNetCore.Authentication.AuthenticationHttpContextExtensions.AuthenticateAsync(context, IdentityConstants.ApplicationScheme);
        return cookie.Succeeded ? await signIn.ValidateSecurityStampAsync(cookie.Principal) : null;
    }

    private async Task<SignInOutcome> TryPasswordAsync(HttpContext context, string address, string password)
    {
        var from = context.Connection.RemoteIpAddress?.ToString();
        if (!attempts.Allow(address, context.Connection.RemoteIpAddress))
        {
            return SignInOutcome.TooMany;
        }

        var person = await people.FindByEmailAsync(address);
        if (person is null || person.PasswordHash is null || await people.IsLockedOutAsync(person))
        {
            hasher.VerifyHashedPassword(dummy.Person, dummy.Hash, password);
            await journal.WriteAsync(person is null ? SignInJournal.Unknown : SignInJournal.Locked, person, from, context.RequestAborted);
            return SignInOutcome.Wrong;
        }

        var result = await signIn.PasswordSignInAsync(person, password, isPersistent: false, lockoutOnFailure: true);
        if (result.RequiresTwoFactor)
        {
            return SignInOutcome.SecondFactor;
        }

        if (!result.Succeeded)
        {
            await journal.WriteAsync(SignInJournal.WrongPassword, person, from, context.RequestAborted);
            return SignInOutcome.Wrong;
        }

        return await SignedInAsync(context, person);
    }

    private async Task<SignInOutcome> SignedInAsync(HttpContext context, Person person)
    {
        await people.ForgiveAsync(person);
        var from = context.Connection.RemoteIpAddress?.ToString();
        if (!person.IsStaff && await grains.GetAccount(ParentId.Parse(person.Participant, "account")).SignInAsync(person.Id, context.RequestAborted) is null)
        {
            await signIn.SignOutAsync();
            await journal.WriteAsync(SignInJournal.Ended, person, from, context.RequestAborted);
            return SignInOutcome.Ended;
        }

        await journal.WriteAsync(SignInJournal.SignedIn, person, from, context.RequestAborted);
        return SignInOutcome.Done;
    }
}

/// <summary>What is hashed when there is nothing to compare a password with, so that it takes as long.</summary>
internal sealed class DummyPassword
{
    public DummyPassword(IOptions<PasswordHasherOptions> options) => Hash = new PasswordHasher<Person>(options).HashPassword(Person, Guid.NewGuid().ToString());

    public Person Person { get; } = new();

    public string Hash { get; }
}
