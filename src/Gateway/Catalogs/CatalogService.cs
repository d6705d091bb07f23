using CooperaNet.Matching.Gateway.Items;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.V1;
using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Catalogs;

/// <summary>Translates wire messages to grain calls and back; decides nothing.</summary>
internal sealed class CatalogService(IGrainFactory grains) : V1.CatalogService.CatalogServiceBase
{
    public override async Task<CatalogImport> CreateCatalogImport(CreateCatalogImportRequest request, ServerCallContext context)
    {
        var parent = ParentId.Parse(request.Parent, "parent");
        var results = await grains.GetCatalogImport().RunAsync(
            parent, [.. request.Rows.Select(ToRow)], request.Publish, request.ValidateOnly, Callers.Of(""), context.CancellationToken);
        return new()
        {
            Name = $"{parent}/catalogImports/i-{Guid.CreateVersion7():n}",
            State = CatalogImport.Types.State.Succeeded,
            Created = results.Count(result => result.Outcome == ImportOutcome.Created),
            Changed = results.Count(result => result.Outcome == ImportOutcome.Changed),
            Unchanged = results.Count(result => result.Outcome == ImportOutcome.Unchanged),
            Refused = results.Count(result => result.Outcome == ImportOutcome.Refused),
            Rows = { results.Select(ToWire) },
        };
    }

    private static Matching.Catalogs.CatalogRow ToRow(V1.CatalogRow row) => new(
        row.Kind switch { V1.CatalogRow.Types.Kind.Offer => ItemKind.Offer, V1.CatalogRow.Types.Kind.Need => ItemKind.Need, _ => null },
        new ItemContent
        {
            Title = row.Title,
            Summary = row.Summary,
            LanguageCode = row.LanguageCode,
            Translations = ItemWire.ToContent(row.Translations),
            AreasOfFocus = [.. row.AreasOfFocus],
            Goals = [.. row.Goals],
            Maturity = (Matching.Items.Maturity)row.Maturity,
            ResponsibleInstitution = row.ResponsibleInstitution,
            Modalities = [.. row.Modalities],
            DcfProject = row.DcfProject,
            Links = [.. row.Links],
            SourceReference = row.SourceReference,
        });

    private static V1.CatalogRowResult ToWire(Matching.Catalogs.CatalogRowResult result) => new()
    {
        SourceReference = result.SourceReference,
        Outcome = (V1.CatalogRowResult.Types.Outcome)result.Outcome,
        Item = result.Item,
        Errors = { result.Errors.Select(error => new V1.CatalogRowResult.Types.Error { Field = error.Field, Description = error.Description }) },
    };
}
