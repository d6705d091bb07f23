using CooperaNet.Matching.Register;

namespace CooperaNet.Matching.Quality;

/// <summary>What lowers an item's worth.</summary>
public enum FindingKind
{
    /// <summary>Neither an area of focus nor a goal.</summary>
    NoTags = 1,

    /// <summary>"Other" is its only area.</summary>
    OtherOnly = 2,

    /// <summary>SDG 17 is its only goal.</summary>
    PartnershipsOnly = 3,

    /// <summary>Not confirmed for long.</summary>
    Stale = 4,

    /// <summary>Its language was not declared but detected.</summary>
    LanguageDetected = 5,

    /// <summary>A link that leads nowhere by its looks.</summary>
    BrokenLink = 6,

    /// <summary>Its text is nearly that of another item.</summary>
    Duplicate = 7,

    /// <summary>Its text speaks of other goals than its tags.</summary>
    TagsDisagree = 8,
}

/// <summary>One finding.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Item">The item's name.</param>
/// <param name="Title">Its title.</param>
/// <param name="Country">Its country.</param>
/// <param name="Value">The value at fault: a link, a language, the other item's name; or empty.</param>
/// <param name="ProposedAction">What could be done.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Finding")]
public sealed record Finding(
    [property: Id(0)] FindingKind Kind, [property: Id(1)] string Item, [property: Id(2)] string Title, [property: Id(3)] string Country, [property: Id(4)] string Value, [property: Id(5)] string ProposedAction);

/// <summary>Looks for what lowers the worth of published items.</summary>
[Alias("cooperanet.IQualityGrain")]
public interface IQualityGrain : IGrainWithIntegerKey
{
    /// <summary>One page of findings on the items that are the caller's business, item by item; it may be short or empty and still not be the last. Throws Invalid for a filter, size or token that cannot be read.</summary>
    [Alias("ListFindings")]
    Task<Page<Finding>> ListFindingsAsync(FindingKind? kind, string filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken);
}
