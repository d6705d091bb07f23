using System.Text.Json;
using System.Text.Json.Serialization;

namespace CooperaNet.Matching.Items;

/// <summary>Where an item stands. Verbs change it; time alone never does (see <see cref="Item.ExpireTime"/>).</summary>
public enum ItemState
{
    /// <summary>No such item, or a deleted draft.</summary>
    None = 0,

    /// <summary>Visible to its owner only; may be deleted.</summary>
    Draft = 1,

    /// <summary>Visible to everyone; takes part in matching.</summary>
    Published = 2,

    /// <summary>Taken back by its owner; may be published again.</summary>
    Withdrawn = 3,
}

/// <summary>How far an offer has come.</summary>
public enum Maturity
{
    /// <summary>Not stated; needs never state it.</summary>
    Unspecified = 0,

    /// <summary>Help that can be asked for.</summary>
    AvailableAssistance = 1,

    /// <summary>A project that is running.</summary>
    InExecution = 2,

    /// <summary>A finished project that represents a good practice.</summary>
    ConcludedGoodPractice = 3,
}

/// <summary>A rendering of an item's text in another language, supplied by the authority.</summary>
/// <param name="LanguageCode">BCP-47.</param>
/// <param name="Title">5 to 200 characters.</param>
/// <param name="Summary">Up to 10,000 characters.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Translation")]
public sealed record Translation([property: Id(0)] string LanguageCode, [property: Id(1)] string Title, [property: Id(2)] string Summary);

/// <summary>What the owner writes. Limits are those of <c>ItemRules</c>.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.ItemContent")]
public sealed record ItemContent
{
    /// <summary>One line, 5 to 200 characters.</summary>
    [Id(0)] public string Title { get; init; } = "";

    /// <summary>Free text, up to 10,000 characters.</summary>
    [Id(1)] public string Summary { get; init; } = "";

    /// <summary>BCP-47 of the original text; empty asks the service to detect it.</summary>
    [Id(2)] public string LanguageCode { get; init; } = "";

    /// <summary>Renderings in other languages.</summary>
    [Id(3)] public IReadOnlyList<Translation> Translations { get; init; } = [];

    /// <summary>Slugs of areas of focus, at most 11, each once.</summary>
    [Id(4)] public IReadOnlyList<string> AreasOfFocus { get; init; } = [];

    /// <summary>Sustainable Development Goals, 1 to 17, each once.</summary>
    [Id(5)] public IReadOnlyList<int> Goals { get; init; } = [];

    /// <summary>How far an offer has come.</summary>
    [Id(6)] public Maturity Maturity { get; init; }

    /// <summary>The institution that stands behind the item, up to 200 characters.</summary>
    [Id(7)] public string ResponsibleInstitution { get; init; } = "";

    /// <summary>Forms of cooperation (courses, expert visits, …), at most 20 of up to 100 characters.</summary>
    [Id(8)] public IReadOnlyList<string> Modalities { get; init; } = [];

    /// <summary>The Development Cooperation Fund project a need comes from, up to 200 characters.</summary>
    [Id(9)] public string DcfProject { get; init; } = "";

    /// <summary>Absolute http or https addresses, at most 20.</summary>
    [Id(10)] public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>The item's key in its owner's catalogue, up to 100 characters; never changes once set.</summary>
    [Id(11)] public string SourceReference { get; init; } = "";

    /// <summary>After this moment the item takes no part in matching; null for never.</summary>
    [Id(12)] public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>Fields that a later version of the program wrote: this one keeps them when it writes, as versions are mixed while silos are replaced. Null without any.</summary>
    [JsonExtensionData] [field: NonSerialized] public Dictionary<string, JsonElement>? Later { get; init; }
}

/// <summary>One offer or need with what the service knows of it; also what is stored. Fields are only ever added.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.Item")]
public sealed record Item
{
    /// <summary>The resource name; empty while the item doesn't exist.</summary>
    [Id(0)] public string Name { get; init; } = "";

    /// <summary>The owner's resource name.</summary>
    [Id(1)] public string Parent { get; init; } = "";

    /// <summary>The owner's country, ISO 3166-1 alpha-2, upper case.</summary>
    [Id(2)] public string Country { get; init; } = "";

    /// <summary>What the figures count it as: offer-member-state, offer-partner or need.</summary>
    [Id(3)] public string Type { get; init; } = "";

    /// <summary>Where the item stands.</summary>
    [Id(4)] public ItemState State { get; init; }

    /// <summary>The owner's text and tags.</summary>
    [Id(5)] public ItemContent Content { get; init; } = new();

    /// <summary>1 for the first write and one more with each change; the etag.</summary>
    [Id(6)] public long Revision { get; init; }

    /// <summary>First write.</summary>
    [Id(7)] public DateTimeOffset CreateTime { get; init; }

    /// <summary>Last write.</summary>
    [Id(8)] public DateTimeOffset UpdateTime { get; init; }

    /// <summary>When the owner last said that the item holds: at publication or by confirmation.</summary>
    [Id(9)] public DateTimeOffset? ConfirmTime { get; init; }

    /// <summary>The request that created the item; empty when it had no id.</summary>
    [Id(10)] public string CreateRequestId { get; init; } = "";

    /// <summary>Spreads items over index partitions: a stable hash of the name, 0 to 1023.</summary>
    [Id(11)] public int Bucket { get; init; }

    /// <summary>The last change.</summary>
    [Id(12)] public Change? Change { get; init; }

    /// <summary>True when the language was detected, not declared.</summary>
    [Id(13)] public bool LanguageDetected { get; init; }

    /// <summary>Set while the item says what the Secretariat entered for its owner.</summary>
    [Id(14)] public EntryOnBehalf? Entry { get; init; }

    /// <summary>After this moment the item takes no part in matching.</summary>
    public DateTimeOffset? ExpireTime => Content.ExpireTime;

    /// <summary>The etag that an update must carry.</summary>
    public string Etag => Revision.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>False before the first write and after a draft was deleted.</summary>
    public bool Exists => State != ItemState.None;

    /// <summary>Fields that a later version of the program wrote: this one keeps them when it writes, as versions are mixed while silos are replaced. Null without any.</summary>
    [JsonExtensionData] [field: NonSerialized] public Dictionary<string, JsonElement>? Later { get; init; }
}
