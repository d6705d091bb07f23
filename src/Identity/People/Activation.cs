using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Identity.Store;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;

namespace CooperaNet.Matching.Identity.People;

/// <summary>Turns a link and a password into credentials. The grain decides whether the link counts, and once only; credentials that it doesn't know open nothing.</summary>
internal sealed class Activation(PersonManager people, IDbContextFactory<IdentityStore> stores, IOpenIddictTokenManager tokens, SignInJournal journal, IGrainFactory grains)
{
    /// <summary>The address that an invitation is for; null when the link has ended or was used.</summary>
    public async Task<string?> FindAsync(string account, string code, CancellationToken cancellationToken) =>
        ParentId.Find(account) is { } participant && await grains.GetAccount(participant).FindInvitationAsync(code, cancellationToken) is not null
            ? (await grains.GetParticipant(participant).FindAsync(cancellationToken))?.AccountRecord?.Address : null;

    /// <summary>Activates an account; the errors say what is wrong with the password.</summary>
    /// <exception cref="MatchingException">NotPermitted: the link has ended or was used.</exception>
    public async Task<IdentityResult> ActivateAsync(string account, string code, string password, string? from, CancellationToken cancellationToken)
    {
        var participant = ParentId.Find(account);
        var grain = participant is null ? null : grains.GetAccount(participant.Value);
        var invitation = grain is null ? null : await grain.FindInvitationAsync(code, cancellationToken);
        var address = participant is null ? null : (await grains.GetParticipant(participant.Value).FindAsync(cancellationToken))?.AccountRecord?.Address;
        if (invitation is null || address is null)
        {
            throw new MatchingException(MatchingError.NotPermitted, "The link has ended or was used.");
        }

        // The credentials come first: until the grain names their id as the holder's they open nothing, and a try that was cut short is repeated by the same link.
        await ForgetOthersAsync(account, invitation.Holder, cancellationToken);
        var made = await SetPasswordAsync(new() { Id = invitation.Holder, UserName = invitation.Holder, Email = address, EmailConfirmed = true, Role = participant!.Value.Kind == ParentKind.Authority ? "focal-point" : "partner", Participant = account }, password);
        if (made.Succeeded)
        {
            await grain!.ActivateAsync(code, cancellationToken);
            await journal.WriteAsync(SignInJournal.Activated, invitation.Holder, account, from, cancellationToken);
        }

        return made;
    }

    /// <summary>Staff choose a password by a link of the command line.</summary>
    public async Task<IdentityResult> ActivateStaffAsync(string id, string code, string password, string? from, CancellationToken cancellationToken)
    {
        if (await people.FindByIdAsync(id) is not { IsStaff: true } person)
        {
            return IdentityResult.Failed(people.ErrorDescriber.InvalidToken());
        }

        var result = await people.ResetPasswordAsync(person, code, password);
        if (result.Succeeded)
        {
            await tokens.RevokeBySubjectAsync(id, cancellationToken);
            await journal.WriteAsync(SignInJournal.Activated, person, from, cancellationToken);
        }

        return result;
    }

    /// <summary>A confirmed change of address reaches the credentials. Safe to repeat.</summary>
    /// <returns>False when somebody else signs in with that address.</returns>
    public async Task<bool> AdoptAddressAsync(Participant participant)
    {
        if (participant.AccountRecord is not { Holder.Length: > 0, AddressChange: null } record || await people.FindByIdAsync(record.Holder) is not { } person || person.Email == record.Address)
        {
            return true;
        }

        person.Email = record.Address;
        return (await people.UpdateAsync(person)).Succeeded;
    }

    private async Task<IdentityResult> SetPasswordAsync(Person person, string password)
    {
        if (await people.FindByIdAsync(person.Id) is not { } existing)
        {
            try
            {
                return await people.CreateAsync(person, password);
            }
            catch (Exception error) when (error is DbUpdateException or InvalidOperationException)
            {
                // the same link made the same row since we looked: EF Core says so in one way or the other
                throw new MatchingException(MatchingError.NotPermitted, "The link is being used.");
            }
        }

        return await people.ResetPasswordAsync(existing, await people.GeneratePasswordResetTokenAsync(existing), password);
    }

    /// <summary>While an account is invited nobody holds it: whose credentials are left, and their tokens, go.</summary>
    private async Task ForgetOthersAsync(string account, string holder, CancellationToken cancellationToken)
    {
        await using var store = await stores.CreateDbContextAsync(cancellationToken);
        foreach (var id in await store.Users.Where(person => person.Participant == account && person.Id != holder).Select(person => person.Id).ToListAsync(cancellationToken))
        {
            await tokens.RevokeBySubjectAsync(id, cancellationToken);
            await store.Users.Where(person => person.Id == id).ExecuteDeleteAsync(cancellationToken);
        }
    }
}
