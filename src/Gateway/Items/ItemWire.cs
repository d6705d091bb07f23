using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;

namespace CooperaNet.Matching.Gateway.Items;

/// <summary>Items to and from the wire.</summary>
internal static class ItemWire
{
    public static ItemContent ToContent(this Offer offer) => new()
    {
        Title = offer.Title,
        Summary = offer.Summary,
        LanguageCode = offer.LanguageCode,
        Translations = ToContent(offer.Translations),
        AreasOfFocus = [.. offer.AreasOfFocus],
        Goals = [.. offer.Goals],
        Maturity = (Matching.Items.Maturity)offer.Maturity,
        ResponsibleInstitution = offer.ResponsibleInstitution,
        Modalities = [.. offer.Modalities],
        Links = [.. offer.Links],
        SourceReference = offer.SourceReference,
        ExpireTime = ToTime(offer.ExpireTime, "offer.expireTime"),
    };

    public static ItemContent ToContent(this Need need) => new()
    {
        Title = need.Title,
        Summary = need.Summary,
        LanguageCode = need.LanguageCode,
        Translations = ToContent(need.Translations),
        AreasOfFocus = [.. need.AreasOfFocus],
        Goals = [.. need.Goals],
        DcfProject = need.DcfProject,
        ResponsibleInstitution = need.ResponsibleInstitution,
        Modalities = [.. need.Modalities],
        Links = [.. need.Links],
        SourceReference = need.SourceReference,
        ExpireTime = ToTime(need.ExpireTime, "need.expireTime"),
    };

    public static IReadOnlyList<Matching.Items.Translation> ToContent(IEnumerable<V1.Translation> translations) =>
        [.. translations.Select(translation => new Matching.Items.Translation(translation.LanguageCode, translation.Title, translation.Summary))];

    public static Offer ToOffer(this Item item, Freshness freshness, Caller caller) => new()
    {
        Name = item.Name,
        Title = item.Content.Title,
        Summary = item.Content.Summary,
        LanguageCode = item.Content.LanguageCode,
        Translations = { ToWire(item) },
        AreasOfFocus = { item.Content.AreasOfFocus },
        Goals = { item.Content.Goals },
        Maturity = (V1.Maturity)item.Content.Maturity,
        State = (State)item.State,
        Country = item.Country,
        ResponsibleInstitution = item.Content.ResponsibleInstitution,
        Modalities = { item.Content.Modalities },
        Links = { item.Content.Links },
        SourceReference = item.Content.SourceReference,
        ExpireTime = item.ExpireTime?.ToTimestamp(),
        ConfirmTime = item.ConfirmTime?.ToTimestamp(),
        Etag = item.Etag,
        CreateTime = item.CreateTime.ToTimestamp(),
        UpdateTime = item.UpdateTime.ToTimestamp(),
        Stale = freshness.IsStale(item),
        Expired = freshness.IsExpired(item),
        EntryOnBehalf = item.Entry.ToWire(item.Country, caller),
    };

    public static Need ToNeed(this Item item, Freshness freshness, Caller caller) => new()
    {
        Name = item.Name,
        Title = item.Content.Title,
        Summary = item.Content.Summary,
        LanguageCode = item.Content.LanguageCode,
        Translations = { ToWire(item) },
        AreasOfFocus = { item.Content.AreasOfFocus },
        Goals = { item.Content.Goals },
        DcfProject = item.Content.DcfProject,
        State = (State)item.State,
        Country = item.Country,
        ResponsibleInstitution = item.Content.ResponsibleInstitution,
        Modalities = { item.Content.Modalities },
        Links = { item.Content.Links },
        SourceReference = item.Content.SourceReference,
        ExpireTime = item.ExpireTime?.ToTimestamp(),
        ConfirmTime = item.ConfirmTime?.ToTimestamp(),
        Etag = item.Etag,
        CreateTime = item.CreateTime.ToTimestamp(),
        UpdateTime = item.UpdateTime.ToTimestamp(),
        Stale = freshness.IsStale(item),
        Expired = freshness.IsExpired(item),
        EntryOnBehalf = item.Entry.ToWire(item.Country, caller),
    };

    /// <exception cref="MatchingException">Invalid: outside the years 1 to 9999.</exception>
    public static DateTimeOffset? ToTime(Timestamp? time, string field) =>
        time is null ? null
        : time.Seconds is >= -62135596800 and <= 253402300799 && time.Nanos is >= 0 and < 1_000_000_000 ? time.ToDateTimeOffset()
        : throw MatchingException.Invalid(field, $"{time.Seconds} seconds is not a moment of the years 1 to 9999.");

    public static IEnumerable<V1.Translation> ToWire(Item item) => item.Content.Translations.Select(translation => new V1.Translation
    {
        LanguageCode = translation.LanguageCode,
        Title = translation.Title,
        Summary = translation.Summary,
    });
}
