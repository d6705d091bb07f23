using System.Text.Json;
using System.Text.Json.Serialization;

namespace CooperaNet.Matching.Authorities;

/// <summary>The state of an authority's one institutional account. "Designated" in the Secretariat's papers is <see cref="Active"/>.</summary>
public enum AccountState
{
    /// <summary>No account; the Secretariat acts for the authority.</summary>
    None = 0,

    /// <summary>Invited, not yet activated.</summary>
    Invited = 1,

    /// <summary>In use.</summary>
    Active = 2,

    /// <summary>Switched off for now.</summary>
    Suspended = 3,
}

/// <summary>An authority or partner; also what is stored. Fields are only ever added.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.Participant")]
public sealed record Participant
{
    /// <summary>The resource name; empty while the participant doesn't exist.</summary>
    [Id(0)] public string Name { get; init; } = "";

    /// <summary>ISO 3166-1 alpha-2, upper case.</summary>
    [Id(1)] public string Country { get; init; } = "";

    /// <summary>A partner's name; empty for authorities, whose names are those of their states.</summary>
    [Id(2)] public string DisplayName { get; init; } = "";

    /// <summary>The institution that serves as authority, up to 200 characters.</summary>
    [Id(3)] public string Institution { get; init; } = "";

    /// <summary>BCP-47 codes of the languages it works in, preferred first.</summary>
    [Id(4)] public IReadOnlyList<string> LanguageCodes { get; init; } = [];

    /// <summary>The institution's own page; an absolute https or http address, or empty.</summary>
    [Id(5)] public string Website { get; init; } = "";

    /// <summary>The account.</summary>
    [Id(6)] public AccountState Account { get; init; }

    /// <summary>1 for the first write and one more with each change; the etag.</summary>
    [Id(7)] public long Revision { get; init; }

    /// <summary>Last write.</summary>
    [Id(8)] public DateTimeOffset UpdateTime { get; init; }

    /// <summary>The last change.</summary>
    [Id(9)] public Change? Change { get; init; }

    /// <summary>Set while the profile says what the Secretariat entered for it.</summary>
    [Id(10)] public EntryOnBehalf? Entry { get; init; }

    /// <summary>The account's address, holder and times; null while it was never invited.</summary>
    [Id(11)] public AccountRecord? AccountRecord { get; init; }

    /// <summary>The etag that an update must carry.</summary>
    public string Etag => Revision.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Fields that a later version of the program wrote: this one keeps them when it writes, as versions are mixed while silos are replaced. Null without any.</summary>
    [JsonExtensionData] [field: NonSerialized] public Dictionary<string, JsonElement>? Later { get; init; }
}

/// <summary>What a participant may change of its own profile; null leaves a field as it is.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.ProfileChange")]
public sealed record ProfileChange
{
    /// <summary>See <see cref="Participant.DisplayName"/>; partners only.</summary>
    [Id(0)] public string? DisplayName { get; init; }

    /// <summary>See <see cref="Participant.Institution"/>.</summary>
    [Id(1)] public string? Institution { get; init; }

    /// <summary>See <see cref="Participant.LanguageCodes"/>.</summary>
    [Id(2)] public IReadOnlyList<string>? LanguageCodes { get; init; }

    /// <summary>See <see cref="Participant.Website"/>.</summary>
    [Id(3)] public string? Website { get; init; }
}

/// <summary>Owns one authority or partner: its profile and the state of its account.</summary>
[Alias("cooperanet.IParticipantGrain")]
public interface IParticipantGrain : IGrainWithStringKey
{
    /// <summary>The participant, or null when there is none of this name.</summary>
    [Alias("Find")]
    ValueTask<Participant?> FindAsync(CancellationToken cancellationToken);

    /// <summary>Makes the participant exist; what exists already stays as it is. Throws NotPermitted for all but the service itself.</summary>
    [Alias("Register")]
    Task<Participant> RegisterAsync(Participant profile, Caller caller, CancellationToken cancellationToken);

    /// <summary>Changes the profile. Throws NotFound, NotPermitted, Stale, Invalid.</summary>
    [Alias("Update")]
    Task<Participant> UpdateAsync(ProfileChange change, string etag, Caller caller, CancellationToken cancellationToken);

    /// <summary>Says that the profile is right as the Secretariat entered it. Throws NotFound, NotPermitted, Stale, WrongState.</summary>
    [Alias("Confirm")]
    Task<Participant> ConfirmAsync(string etag, Caller caller, CancellationToken cancellationToken);
}

/// <summary>Owns one authority.</summary>
[Alias("cooperanet.IAuthorityGrain")]
public interface IAuthorityGrain : IParticipantGrain, IAccountGrain;

/// <summary>Owns one partner.</summary>
[Alias("cooperanet.IPartnerGrain")]
public interface IPartnerGrain : IParticipantGrain, IAccountGrain;
