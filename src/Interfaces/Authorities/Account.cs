using System.Text.Json;
using System.Text.Json.Serialization;

namespace CooperaNet.Matching.Authorities;

/// <summary>What is known of an account beside its state; also what is stored. Fields are only ever added.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.AccountRecord")]
public sealed record AccountRecord
{
    /// <summary>The institution's e-mail address, at most 254 characters.</summary>
    [Id(0)] public string Address { get; init; } = "";

    /// <summary>Grows whenever access through the account ends: by suspension or by another holder. Tokens carry it.</summary>
    [Id(1)] public long Epoch { get; init; }

    /// <summary>The subject whose credentials act through the account; empty while nobody's do.</summary>
    [Id(2)] public string Holder { get; init; } = "";

    /// <summary>The invitation that is open; null otherwise.</summary>
    [Id(3)] public Invitation? Invitation { get; init; }

    /// <summary>When it was last invited.</summary>
    [Id(4)] public DateTimeOffset? InviteTime { get; init; }

    /// <summary>Since when it is in its state.</summary>
    [Id(5)] public DateTimeOffset? StateTime { get; init; }

    /// <summary>The last sign-in through the built-in issuer.</summary>
    [Id(6)] public DateTimeOffset? SignInTime { get; init; }

    /// <summary>When a mail server refused the address for good; null while none did.</summary>
    [Id(7)] public DateTimeOffset? BounceTime { get; init; }

    /// <summary>What became of the last message to the address.</summary>
    [Id(8)] public MailOutcome LastMail { get; init; }

    /// <summary>A change of the address that waits for both confirmations.</summary>
    [Id(9)] public AddressChange? AddressChange { get; init; }

    /// <summary>Fields that a later version of the program wrote: this one keeps them when it writes, as versions are mixed while silos are replaced. Null without any.</summary>
    [JsonExtensionData] [field: NonSerialized] public Dictionary<string, JsonElement>? Later { get; init; }
}

/// <summary>What became of a message.</summary>
public enum MailOutcome
{
    /// <summary>None was sent yet.</summary>
    None = 0,

    /// <summary>A mail server took it.</summary>
    Sent = 1,

    /// <summary>It lies in the folder mail, as no mail server is configured.</summary>
    Written = 2,

    /// <summary>It could not be sent for now: send it again.</summary>
    Failed = 3,

    /// <summary>A mail server refused the address for good.</summary>
    Refused = 4,
}

/// <summary>An open invitation.</summary>
/// <param name="Digest">SHA-256 of the secret in the link, in hexadecimal; the secret itself is nowhere stored.</param>
/// <param name="Expires">When the link ends.</param>
/// <param name="Holder">The subject that the credentials made by this link will have.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Invitation")]
public sealed record Invitation([property: Id(0)] string Digest, [property: Id(1)] DateTimeOffset Expires, [property: Id(2)] string Holder);

/// <summary>A new address, which counts once both have confirmed.</summary>
/// <param name="Address">The new one.</param>
/// <param name="OldDigest">SHA-256 of the secret that was sent to the present address.</param>
/// <param name="NewDigest">SHA-256 of the secret that was sent to the new one.</param>
/// <param name="Expires">When both links end.</param>
/// <param name="OldConfirmed">The present address has confirmed.</param>
/// <param name="NewConfirmed">The new one has.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.AddressChange")]
public sealed record AddressChange(
    [property: Id(0)] string Address, [property: Id(1)] string OldDigest, [property: Id(2)] string NewDigest, [property: Id(3)] DateTimeOffset Expires,
    [property: Id(4)] bool OldConfirmed = false, [property: Id(5)] bool NewConfirmed = false);

/// <summary>Whether tokens of an account count.</summary>
/// <param name="Name">The participant.</param>
/// <param name="State">The account's state.</param>
/// <param name="Epoch">See <see cref="AccountRecord.Epoch"/>.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.AccountStanding")]
public sealed record AccountStanding([property: Id(0)] string Name, [property: Id(1)] AccountState State, [property: Id(2)] long Epoch);

/// <summary>The account of an authority or partner, which the same grain owns.</summary>
[Alias("cooperanet.IAccountGrain")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Invites the institution at an address; from None only. Throws NotFound, NotPermitted, Stale, WrongState, Invalid.</summary>
    [Alias("Invite")]
    Task<Participant> InviteAsync(string address, string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Sends another link, which replaces the one before; from Invited only. Throws as <see cref="InviteAsync"/>.</summary>
    [Alias("ResendInvitation")]
    Task<Participant> ResendInvitationAsync(string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Ends the holder's access and invites a new one; the address may be the same. Throws as <see cref="InviteAsync"/>.</summary>
    [Alias("HandOver")]
    Task<Participant> HandOverAsync(string address, string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Ends access for now; from Active only. Throws as <see cref="InviteAsync"/>.</summary>
    [Alias("Suspend")]
    Task<Participant> SuspendAsync(string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Lets the holder sign in again; from Suspended only. Throws as <see cref="InviteAsync"/>.</summary>
    [Alias("Resume")]
    Task<Participant> ResumeAsync(string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Asks both addresses to confirm that the new one replaces the present one; by the Secretariat or the holder, while Active. Throws as <see cref="InviteAsync"/>.</summary>
    [Alias("ChangeAddress")]
    Task<Participant> ChangeAddressAsync(string address, string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Takes one of the two confirmations; the address changes with the second. Safe to repeat. Throws NotPermitted when the secret is none of the two or has ended.</summary>
    [Alias("ConfirmAddress")]
    Task<Participant> ConfirmAddressAsync(string secret, CancellationToken cancellationToken);

    /// <summary>The invitation that a secret opens, or null when it opens none.</summary>
    [Alias("FindInvitation")]
    Task<Invitation?> FindInvitationAsync(string secret, CancellationToken cancellationToken);

    /// <summary>Makes the invited holder the one who acts through the account, once. Throws NotPermitted when the secret opens no invitation.</summary>
    [Alias("Activate")]
    Task<Participant> ActivateAsync(string secret, CancellationToken cancellationToken);

    /// <summary>Notes that the holder signed in. Null when this subject may not.</summary>
    [Alias("SignIn")]
    Task<AccountStanding?> SignInAsync(string holder, CancellationToken cancellationToken);
}

/// <summary>Reads accounts; any silo serves it.</summary>
[Alias("cooperanet.IAccountsGrain")]
public interface IAccountsGrain : IGrainWithIntegerKey
{
    /// <summary>All participants' standings; for gateways, which ask at most twice a second.</summary>
    [Alias("ListStandings")]
    Task<IReadOnlyList<AccountStanding>> ListStandingsAsync(CancellationToken cancellationToken);

    /// <summary>One page of participants with their accounts, by name, for the Secretariat. Throws NotPermitted, Invalid.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="pageSize">0 is 50; more than 1,000 is 1,000.</param>
    /// <param name="pageToken">Empty, or the token of the page before.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops.</param>
    [Alias("List")]
    Task<Register.Page<Participant>> ListAsync(AccountFilter filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken);
}

/// <summary>Which accounts; null and false allow all.</summary>
/// <param name="State">In this state.</param>
/// <param name="DormantSince">Active, and without a sign-in since then.</param>
/// <param name="BouncedOnly">Whose address was refused.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.AccountFilter")]
public sealed record AccountFilter([property: Id(0)] AccountState? State = null, [property: Id(1)] DateTimeOffset? DormantSince = null, [property: Id(2)] bool BouncedOnly = false);
