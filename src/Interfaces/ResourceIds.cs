using System.Text.RegularExpressions;

namespace CooperaNet.Matching;

/// <summary>Who can own items.</summary>
public enum ParentKind
{
    /// <summary>The national cooperation authority of a member state.</summary>
    Authority = 1,

    /// <summary>A registered organisation that is not an authority; it may publish offers only.</summary>
    Partner = 2,
}

/// <summary>Offer or need.</summary>
public enum ItemKind
{
    /// <summary>What an authority or partner is ready to share.</summary>
    Offer = 1,

    /// <summary>What an authority seeks.</summary>
    Need = 2,
}

/// <summary>Identifies an authority (<c>authorities/pe</c>) or a partner (<c>partners/sample-partner</c>).</summary>
/// <param name="Kind">Authority or partner.</param>
/// <param name="Id">For an authority ISO 3166-1 alpha-2 in lower case; otherwise an id of 1 to 63 characters a-z, 0-9 and hyphen.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.ParentId")]
public readonly partial record struct ParentId([property: Id(0)] ParentKind Kind, [property: Id(1)] string Id)
{
    /// <summary>The resource name; also the key of the grain.</summary>
    public override string ToString() => $"{(Kind == ParentKind.Authority ? "authorities" : "partners")}/{Id}";

    /// <summary>Reads a resource name; null when it is not one.</summary>
    public static ParentId? Find(string name) => name.Split('/') switch
    {
        ["authorities", var id] when ResourceId.IsValid(id) => new(ParentKind.Authority, id),
        ["partners", var id] when ResourceId.IsValid(id) => new(ParentKind.Partner, id),
        _ => null,
    };

    /// <summary>Reads a resource name.</summary>
    /// <exception cref="MatchingException"><see cref="MatchingError.Invalid"/>, naming <paramref name="field"/>.</exception>
    public static ParentId Parse(string name, string field) => Find(name) ?? throw MatchingException.Invalid(
        field, $"'{ResourceId.Excerpt(name)}' is not the name of an authority (authorities/pe) or partner (partners/some-id).");
}

/// <summary>Identifies one offer or need, for example <c>authorities/pe/offers/foar-17</c>.</summary>
/// <param name="Parent">Who owns it.</param>
/// <param name="Kind">Offer or need; a partner owns offers only.</param>
/// <param name="Id">1 to 63 characters a-z, 0-9 and hyphen, not starting with a hyphen.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.ItemId")]
public readonly record struct ItemId([property: Id(0)] ParentId Parent, [property: Id(1)] ItemKind Kind, [property: Id(2)] string Id)
{
    /// <summary>The resource name; also the key of the grain.</summary>
    public override string ToString() => $"{Parent}/{(Kind == ItemKind.Offer ? "offers" : "needs")}/{Id}";

    /// <summary>Reads a resource name; null when it is not one.</summary>
    public static ItemId? Find(string name) => name.Split('/') switch
    {
        [var collection, var parent, "offers", var id] when ResourceId.IsValid(id) && ParentId.Find($"{collection}/{parent}") is { } owner
            => new(owner, ItemKind.Offer, id),
        [var collection, var parent, "needs", var id] when ResourceId.IsValid(id) && ParentId.Find($"{collection}/{parent}") is { Kind: ParentKind.Authority } owner
            => new(owner, ItemKind.Need, id),
        _ => null,
    };

    /// <summary>Reads the resource name of an item of one kind.</summary>
    /// <exception cref="MatchingException"><see cref="MatchingError.Invalid"/>, naming <paramref name="field"/>.</exception>
    public static ItemId Parse(string name, ItemKind kind, string field) => Find(name) is { } id && id.Kind == kind ? id : throw MatchingException.Invalid(
        field, $"'{ResourceId.Excerpt(name)}' is not the name of {(kind == ItemKind.Offer ? "an offer (authorities/pe/offers/some-id)" : "a need (authorities/bb/needs/some-id)")}.");
}

/// <summary>The pattern that every id obeys. Resource names stay safe as storage keys: never all digits, never GUID-shaped.</summary>
public static partial class ResourceId
{
    /// <summary>True for 1 to 63 characters a-z, 0-9 and hyphen, not starting with a hyphen.</summary>
    public static bool IsValid(string id) => Pattern().IsMatch(id);

    /// <summary>The beginning of a value, short enough and clean enough to be shown in a message.</summary>
    public static string Excerpt(string value)
    {
        var clean = new string([.. value.Take(60).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return value.Length > 60 ? clean + "…" : clean;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
