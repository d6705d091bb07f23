using CooperaNet.Matching.Identity.People;
using CooperaNet.Matching.Identity.Store;
using CooperaNet.Matching.Identity.Tokens;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace CooperaNet.Matching.Identity;

/// <summary>What whoever runs the service does from the command line, while it runs or rests: the first person, and programs.</summary>
/// <param name="services">With the identities.</param>
public sealed class IdentityVerbs(IServiceProvider services)
{
    /// <summary>Makes somebody staff, or gives them another link: then password and second factor are set anew, and open sessions end.</summary>
    /// <returns>A link for one use within seven days.</returns>
    /// <exception cref="InvalidDataException">The address is none, or a participant's account has it.</exception>
    public async Task<Uri> InviteStaffAsync(string address, string role, CancellationToken cancellationToken)
    {
        await MigrateAsync(cancellationToken);
        var people = services.GetRequiredService<PersonManager>();
        var person = await people.FindByEmailAsync(address);
        if (person is { IsStaff: false })
        {
            throw new InvalidDataException($"'{address}' is the address of the account of {person.Participant}.");
        }

        if (person is null)
        {
            var id = Guid.NewGuid().ToString("n");
            person = new() { Id = id, UserName = id, Email = address, EmailConfirmed = true, Role = role };
            Check(await people.CreateAsync(person));
        }

        (person.Role, person.Locks, person.LockoutEnd, person.AccessFailedCount) = (role, 0, null, 0);
        Check(await people.RemovePasswordAsync(person));
        await people.ResetAuthenticatorKeyAsync(person);
        Check(await people.SetTwoFactorEnabledAsync(person, false)); // which saves the role, too
        await services.GetRequiredService<IOpenIddictTokenManager>().RevokeBySubjectAsync(person.Id, cancellationToken);
        var code = await people.GeneratePasswordResetTokenAsync(person);
        return new(services.GetRequiredService<IssuerAddress>().Base, $"identity/activate?staff={person.Id}&code={Uri.EscapeDataString(code)}");
    }

    /// <summary>Ends the access of staff; false when nobody has the address.</summary>
    public async Task<bool> RemoveStaffAsync(string address, CancellationToken cancellationToken)
    {
        await MigrateAsync(cancellationToken);
        var people = services.GetRequiredService<PersonManager>();
        if (await people.FindByEmailAsync(address) is not { IsStaff: true } person)
        {
            return false;
        }

        await services.GetRequiredService<IOpenIddictTokenManager>().RevokeBySubjectAsync(person.Id, cancellationToken);
        Check(await people.DeleteAsync(person));
        return true;
    }

    /// <summary>Registers a program, or gives it another secret.</summary>
    /// <returns>The secret, which is stored as a hash only.</returns>
    public async Task<string> SetApplicationAsync(string id, string participant, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        await MigrateAsync(cancellationToken);
        var applications = services.GetRequiredService<IOpenIddictApplicationManager>();
        var secret = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
        var wanted = new OpenIddictApplicationDescriptor
        {
            ClientId = id,
            ClientSecret = secret,
            DisplayName = id,
            ClientType = ClientTypes.Confidential,
            Permissions = { Permissions.Endpoints.Token, Permissions.GrantTypes.ClientCredentials },
            Properties = { [Grants.ParticipantProperty] = System.Text.Json.JsonSerializer.SerializeToElement(participant) },
        };
        wanted.Permissions.UnionWith(scopes.Select(scope => Permissions.Prefixes.Scope + scope));
        if (await applications.FindByClientIdAsync(id, cancellationToken) is not { } known)
        {
            await applications.CreateAsync(wanted, cancellationToken);
        }
        else if (await applications.HasPermissionAsync(known, Permissions.GrantTypes.ClientCredentials, cancellationToken))
        {
            await applications.UpdateAsync(known, wanted, cancellationToken);
        }
        else
        {
            throw new InvalidDataException($"'{id}' is an application that people sign in to.");
        }

        return secret;
    }

    private async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var store = await services.GetRequiredService<IDbContextFactory<IdentityStore>>().CreateDbContextAsync(cancellationToken);
        await IdentitySchema.MigrateAsync(store, cancellationToken);
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidDataException(string.Join(" ", result.Errors.Select(error => error.Description)));
        }
    }
}
