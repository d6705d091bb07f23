using CooperaNet.Matching.Search;
using CooperaNet.Matching.V1;
using Grpc.Core;
using SearchHit = CooperaNet.Matching.V1.SearchHit;

namespace CooperaNet.Matching.Gateway.Items;

internal sealed partial class ExchangeService
{
    public override async Task<SearchExchangeResponse> SearchExchange(SearchExchangeRequest request, ServerCallContext context)
    {
        var page = await grains.GetSearch().SearchAsync(new(request.Query, request.LanguageCode, request.Filter, request.PageSize, request.PageToken), context.CancellationToken);
        return new() { Hits = { page.Hits.Select(ToWire) }, NextPageToken = page.NextPageToken, Unreachable = page.Unreachable };
    }

    private static SearchHit ToWire(Matching.Search.SearchHit hit) => new()
    {
        Name = hit.Item.Name,
        Score = hit.Score,
        Title = { ToWire(hit.Title) },
        Snippet = { ToWire(hit.Snippet) },
        Country = hit.Item.Country,
        LanguageCode = hit.Item.Content.LanguageCode,
        AreasOfFocus = { hit.Item.Content.AreasOfFocus },
        Goals = { hit.Item.Content.Goals },
    };

    private static IEnumerable<SearchHit.Types.Part> ToWire(IEnumerable<SearchPart> parts) => parts.Select(part => new SearchHit.Types.Part { Text = part.Text, Found = part.Found });
}
