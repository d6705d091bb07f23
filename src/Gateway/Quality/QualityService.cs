using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Quality;
using CooperaNet.Matching.V1;
using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Quality;

/// <summary>Translates wire messages to grain calls and back; decides nothing.</summary>
internal sealed class QualityService(IGrainFactory grains) : V1.QualityService.QualityServiceBase
{
    public override async Task<ListFindingsResponse> ListFindings(ListFindingsRequest request, ServerCallContext context)
    {
        var page = await grains.GetQuality().ListFindingsAsync(Kind(request.Kind), request.Filter, request.PageSize, request.PageToken, context.Caller(), context.CancellationToken);
        return new() { Findings = { page.Rows.Select(ToWire) }, NextPageToken = page.NextPageToken };
    }

    private static FindingKind? Kind(string kind) => kind.Length == 0 ? null
        : Enum.TryParse<FindingKind>(kind.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var known) && Enum.IsDefined(known) && !char.IsDigit(kind[0]) ? known
        : throw MatchingException.Invalid("kind", $"'{ResourceId.Excerpt(kind)}' is not a kind of finding; kinds are NO_TAGS, OTHER_ONLY, PARTNERSHIPS_ONLY, STALE, LANGUAGE_DETECTED, BROKEN_LINK, DUPLICATE, TAGS_DISAGREE.");

    private static V1.Finding ToWire(Matching.Quality.Finding finding) => new()
    {
        Kind = (V1.Finding.Types.Kind)finding.Kind,
        Item = finding.Item,
        Title = finding.Title,
        Country = finding.Country,
        Value = finding.Value,
        ProposedAction = finding.ProposedAction,
    };
}
