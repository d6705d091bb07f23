using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Gateway.Items;
using CooperaNet.Matching.Items;
using Google.Protobuf.WellKnownTypes;

namespace CooperaNet.Matching.Gateway.Catalogs;

/// <summary>Imports to and from the wire.</summary>
internal static class CatalogWire
{
    public static Matching.Catalogs.CatalogRow ToRow(V1.CatalogRow row) => new(
        ToKind(row.Kind),
        new ItemContent
        {
            Title = row.Title,
            Summary = row.Summary,
            LanguageCode = row.LanguageCode,
            Translations = ItemWire.ToContent(row.Translations),
            AreasOfFocus = [.. row.AreasOfFocus],
            Goals = [.. row.Goals],
            Maturity = (Maturity)row.Maturity,
            ResponsibleInstitution = row.ResponsibleInstitution,
            Modalities = [.. row.Modalities],
            DcfProject = row.DcfProject,
            Links = [.. row.Links],
            SourceReference = row.SourceReference,
            ExpireTime = ItemWire.ToTime(row.ExpireTime, "expireTime"),
        },
        [],
        Item: row.Item);

    /// <summary>An item as the row that would import it.</summary>
    public static V1.CatalogRow ToCatalogRow(Item item) => new()
    {
        SourceReference = item.Content.SourceReference,
        Item = item.Name,
        Kind = item.Type == "need" ? V1.CatalogRow.Types.Kind.Need : V1.CatalogRow.Types.Kind.Offer,
        Title = item.Content.Title,
        Summary = item.Content.Summary,
        LanguageCode = item.Content.LanguageCode,
        AreasOfFocus = { item.Content.AreasOfFocus },
        Goals = { item.Content.Goals },
        Maturity = (V1.Maturity)item.Content.Maturity,
        ResponsibleInstitution = item.Content.ResponsibleInstitution,
        Modalities = { item.Content.Modalities },
        DcfProject = item.Content.DcfProject,
        Links = { item.Content.Links },
        Translations = { ItemWire.ToWire(item) },
        ExpireTime = item.ExpireTime?.ToTimestamp(),
    };

    /// <summary>As on the wire; empty when unspecified.</summary>
    public static string MaturityName(Maturity maturity) => maturity switch
    {
        Maturity.AvailableAssistance => "AVAILABLE_ASSISTANCE",
        Maturity.InExecution => "IN_EXECUTION",
        Maturity.ConcludedGoodPractice => "CONCLUDED_GOOD_PRACTICE",
        _ => "",
    };

    public static ItemKind? ToKind(V1.CatalogRow.Types.Kind kind) => kind switch
    {
        V1.CatalogRow.Types.Kind.Offer => ItemKind.Offer,
        V1.CatalogRow.Types.Kind.Need => ItemKind.Need,
        _ => null,
    };

    public static V1.CatalogImport ToWire(this CatalogImport import) => new()
    {
        Name = import.Name,
        State = (V1.CatalogImport.Types.State)import.State,
        Created = import.Counts.Created,
        Changed = import.Counts.Changed,
        Unchanged = import.Counts.Unchanged,
        Refused = import.Counts.Refused,
        Missing = import.Counts.Missing,
        SuspectedDuplicates = import.Counts.SuspectedDuplicates,
        Publish = import.Plan.Publish,
        ValidateOnly = import.Plan.ValidateOnly,
        Partial = import.Plan.Partial,
        Message = import.Message,
        CreateTime = import.CreateTime.ToTimestamp(),
        UpdateTime = import.UpdateTime.ToTimestamp(),
    };

    public static V1.CatalogRowResult ToWire(this CatalogRowResult result) => new()
    {
        Row = result.Row,
        SourceReference = result.SourceReference,
        Outcome = (V1.CatalogRowResult.Types.Outcome)result.Outcome,
        Item = result.Item,
        Errors = { result.Errors.Select(error => new V1.CatalogRowResult.Types.Error { Field = error.Field, Description = error.Description }) },
        ChangedFields = { result.ChangedFields },
        SuspectedDuplicates = { result.SuspectedDuplicates },
    };
}
