using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.Catalogs;

/// <summary>How far an import is.</summary>
public enum CatalogImportState
{
    /// <summary>It was never started.</summary>
    None = 0,

    /// <summary>Rows are coming in.</summary>
    Running = 1,

    /// <summary>All rows were answered.</summary>
    Succeeded = 2,

    /// <summary>It was cancelled; what was imported before stays.</summary>
    Cancelled = 3,

    /// <summary>Its client or the service went away; starting it again with the same file goes on behind the last answered row.</summary>
    Suspended = 4,

    /// <summary>The file could not be read to its end; what was imported before stays.</summary>
    Failed = 5,
}

/// <summary>What an import shall do.</summary>
/// <param name="Publish">Publish what the rows create or change; otherwise they become drafts.</param>
/// <param name="ValidateOnly">A dry run: the same answer, no item changed.</param>
/// <param name="Partial">The rows are a part of the catalogue only: nothing is reported missing.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.CatalogImportPlan")]
public sealed record CatalogImportPlan([property: Id(0)] bool Publish, [property: Id(1)] bool ValidateOnly, [property: Id(2)] bool Partial);

/// <summary>An import: a resource of its parent, and what its grain stores.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.CatalogImport")]
public sealed record CatalogImport
{
    /// <summary>For example <c>authorities/pe/catalogImports/2026-catalogue</c>.</summary>
    [Id(0)] public string Name { get; init; } = "";

    /// <summary>How far it is.</summary>
    [Id(1)] public CatalogImportState State { get; init; }

    /// <summary>What it shall do.</summary>
    [Id(2)] public CatalogImportPlan Plan { get; init; } = new(false, false, false);

    /// <summary>Rows answered, by outcome.</summary>
    [Id(3)] public CatalogImportCounts Counts { get; init; }

    /// <summary>Why it failed; empty otherwise.</summary>
    [Id(4)] public string Message { get; init; } = "";

    /// <summary>First start.</summary>
    [Id(5)] public DateTimeOffset CreateTime { get; init; }

    /// <summary>Last change of state.</summary>
    [Id(6)] public DateTimeOffset UpdateTime { get; init; }

    /// <summary>Counts the starts: rows of an earlier start's client are no longer taken.</summary>
    [Id(7)] public int Session { get; init; }

    /// <summary>Who started it, in states from before sign-in existed.</summary>
    [Id(9)] public string Who { get; init; } = "";

    /// <summary>Who started it last; its rows are that caller's changes.</summary>
    [Id(10)] public Caller? By { get; init; }

    /// <summary>Its id in the database.</summary>
    [Id(8)] public long Id { get; init; }
}

/// <summary>Rows by outcome.</summary>
/// <param name="Created">New items.</param>
/// <param name="Changed">Items changed.</param>
/// <param name="Unchanged">Items that already said the same.</param>
/// <param name="Refused">Rows that break a rule.</param>
/// <param name="Missing">Items of the catalogue that no row names.</param>
/// <param name="SuspectedDuplicates">Rows nearly identical to another item or row.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.CatalogImportCounts")]
public readonly record struct CatalogImportCounts(
    [property: Id(0)] int Created, [property: Id(1)] int Changed, [property: Id(2)] int Unchanged, [property: Id(3)] int Refused, [property: Id(4)] int Missing, [property: Id(5)] int SuspectedDuplicates)
{
    /// <summary>Rows of the file that were answered.</summary>
    public int Rows => Created + Changed + Unchanged + Refused;
}

/// <summary>One row of a catalogue.</summary>
/// <param name="Kind">Offer or need; null when the row says neither.</param>
/// <param name="Content">The item; <see cref="ItemContent.SourceReference"/> is required.</param>
/// <param name="Errors">What could not be read of the row; a row with errors is refused.</param>
/// <param name="Fields">The fields that the row speaks of; the others of an existing item stay.</param>
/// <param name="Item">Instead of a source reference: the name of the parent's item; empty otherwise.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.CatalogRow")]
public sealed record CatalogRow([property: Id(0)] ItemKind? Kind, [property: Id(1)] ItemContent Content, [property: Id(2)] IReadOnlyList<FieldViolation> Errors,
    [property: Id(3)] ItemFields Fields = ItemFields.All, [property: Id(4)] string Item = "");

/// <summary>What became of one row.</summary>
/// <param name="Row">1 for the first row behind the header; behind the last row for a missing item.</param>
/// <param name="SourceReference">The row's own key.</param>
/// <param name="Outcome">Created, changed, unchanged, refused or missing.</param>
/// <param name="Item">The item's name; empty when the row was refused.</param>
/// <param name="Errors">Why it was refused, field by field.</param>
/// <param name="ChangedFields">The fields that the row changed.</param>
/// <param name="SuspectedDuplicates">Names of items, or <c>row 12</c>, whose text is nearly the same under another reference.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.CatalogRowResult")]
public sealed record CatalogRowResult(
    [property: Id(0)] int Row,
    [property: Id(1)] string SourceReference,
    [property: Id(2)] ImportOutcome Outcome,
    [property: Id(3)] string Item,
    [property: Id(4)] IReadOnlyList<FieldViolation> Errors,
    [property: Id(5)] IReadOnlyList<string> ChangedFields,
    [property: Id(6)] IReadOnlyList<string> SuspectedDuplicates);
