using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Identity.People;
using CooperaNet.Matching.Identity.Store;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace CooperaNet.Matching.Identity.Tokens;

/// <summary>What tokens say, decided anew at each grant by what the account is then.</summary>
internal sealed class Grants(PersonManager people, IOpenIddictApplicationManager applications, IGrainFactory grains)
{
    private const string Epoch = "epoch", Participant = "participant", Stamp = "stamp";

    /// <summary>The property of an application that names whose it is.</summary>
    public const string ParticipantProperty = "participant";

    /// <summary>For a person who has just proved who they are; null when they may not act.</summary>
    public async Task<ClaimsPrincipal?> GrantAsync(Person person, IEnumerable<string> scopes, CancellationToken cancellationToken)
    {
        var epoch = 0L;
        if (!person.IsStaff)
        {
            if (await FindAsync(person.Participant, cancellationToken) is not { Account: AccountState.Active, AccountRecord: { } record } || record.Holder != person.Id)
            {
                return null;
            }

            epoch = record.Epoch;
        }
        else if (!person.TwoFactorEnabled)
        {
            return null;
        }

        var identity = NewIdentity(person.Id, person.Role, person.Participant, epoch).SetClaim(Stamp, person.SecurityStamp);
        return Principal(identity, scopes);
    }

    /// <summary>For whoever brings what an earlier grant gave; null when access has ended since.</summary>
    public async Task<ClaimsPrincipal?> RenewAsync(ClaimsPrincipal before, CancellationToken cancellationToken)
    {
        if (await people.FindByIdAsync(before.GetClaim(Claims.Subject) ?? "") is not { } person || person.SecurityStamp != before.GetClaim(Stamp))
        {
            return null;
        }

        var now = await GrantAsync(person, before.GetScopes(), cancellationToken);
        return now is null || now.GetClaim(Epoch) != before.GetClaim(Epoch) ? null : now;
    }

    /// <summary>For an application that showed its secret; null when its participant is suspended, or handed over to somebody who has not taken it yet.</summary>
    public async Task<ClaimsPrincipal?> GrantAsync(string clientId, IEnumerable<string> scopes, CancellationToken cancellationToken)
    {
        var application = await applications.FindByClientIdAsync(clientId, cancellationToken) ?? throw new InvalidOperationException("The application vanished.");
        var properties = await applications.GetPropertiesAsync(application, cancellationToken);
        var participant = properties.TryGetValue(ParticipantProperty, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        var owner = participant.Length == 0 ? null : await FindAsync(participant, cancellationToken);
        return participant.Length > 0 && owner is null or { Account: AccountState.Suspended } or { Account: AccountState.Invited, AccountRecord.Epoch: > 0 } ? null
            : Principal(NewIdentity(clientId, "application", participant, owner?.AccountRecord?.Epoch ?? 0), scopes);
    }

    private async Task<Participant?> FindAsync(string name, CancellationToken cancellationToken) =>
        ParentId.Find(name) is { } id ? await grains.GetParticipant(id).FindAsync(cancellationToken) : null;

    private static ClaimsIdentity NewIdentity(string subject, string role, string participant, long epoch)
    {
        var identity = new ClaimsIdentity("issuer", Claims.Name, Claims.Role).SetClaim(Claims.Subject, subject).SetClaim(Claims.Role, role);
        return participant.Length == 0 ? identity : identity.SetClaim(Participant, participant).SetClaim(Epoch, epoch.ToString(CultureInfo.InvariantCulture));
    }

    private static ClaimsPrincipal Principal(ClaimsIdentity identity, IEnumerable<string> scopes)
    {
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        principal.SetResources(InstallationTokens.Audience);
        principal.SetDestinations(claim => claim.Type == Stamp ? [] : [Destinations.AccessToken]);
        return principal;
    }
}
