using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.Catalogs;

/// <summary>One row of a catalogue.</summary>
/// <param name="Kind">Offer or need; null when the row says neither.</param>
/// <param name="Content">The item; <see cref="ItemContent.SourceReference"/> is required.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.CatalogRow")]
public sealed record CatalogRow([property: Id(0)] ItemKind? Kind, [property: Id(1)] ItemContent Content);

/// <summary>What became of one row.</summary>
/// <param name="SourceReference">The row's own key.</param>
/// <param name="Outcome">Created, changed, unchanged or refused.</param>
/// <param name="Item">The item's name; empty when the row was refused.</param>
/// <param name="Errors">Why it was refused, field by field.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.CatalogRowResult")]
public sealed record CatalogRowResult(
    [property: Id(0)] string SourceReference,
    [property: Id(1)] ImportOutcome Outcome,
    [property: Id(2)] string Item,
    [property: Id(3)] IReadOnlyList<FieldViolation> Errors);

/// <summary>Brings a catalogue's rows into the exchange.</summary>
[Alias("cooperanet.ICatalogImportGrain")]
public interface ICatalogImportGrain : IGrainWithIntegerKey
{
    /// <summary>Imports up to 1,000 rows; each row stands alone. Repeating an import changes nothing.</summary>
    /// <exception cref="MatchingException">NotFound: the parent doesn't exist. Invalid: too many rows.</exception>
    [Alias("Run")]
    Task<IReadOnlyList<CatalogRowResult>> RunAsync(
        ParentId parent, IReadOnlyList<CatalogRow> rows, bool publish, bool validateOnly, Caller caller, CancellationToken cancellationToken);
}
