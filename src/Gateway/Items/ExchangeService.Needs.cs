using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Json;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Items;

internal sealed partial class ExchangeService
{
    private static readonly string[] NeedPaths = ["title", "summary", "languageCode", "translations", "areasOfFocus", "goals", "dcfProject", "responsibleInstitution", "modalities", "links", "expireTime"];

    public override async Task<Need> GetNeed(GetNeedRequest request, ServerCallContext context) => (await GetAsync(request.Name, ItemKind.Need, context)).ToNeed(Freshness, context.Caller());

    public override async Task<ListNeedsResponse> ListNeeds(ListNeedsRequest request, ServerCallContext context)
    {
        var page = await ListAsync(new(request.Parent, ItemKind.Need, request.Filter, request.OrderBy, request.PageSize, request.PageToken), context);
        return new() { Needs = { page.Rows.Select(item => item.ToNeed(Freshness, context.Caller())) }, NextPageToken = page.NextPageToken };
    }

    public override async Task<Need> CreateNeed(CreateNeedRequest request, ServerCallContext context)
    {
        var given = request.Need ?? throw MatchingException.Invalid("need", "is missing.");
        return (await CreateAsync(request.Parent, ItemKind.Need, request.NeedId, "needId", given.ToContent(), request.RequestId, request.ValidateOnly, context)).ToNeed(Freshness, context.Caller());
    }

    public override async Task<Need> UpdateNeed(UpdateNeedRequest request, ServerCallContext context)
    {
        var given = request.Need ?? throw MatchingException.Invalid("need", "is missing.");
        var fields = FieldMasks.ItemFields(request.UpdateMask, given, NeedPaths);
        return (await grains.GetItem(ItemId.Parse(given.Name, ItemKind.Need, "need.name"))
            .UpdateAsync(given.ToContent(), fields, given.Etag, context.Caller(request.RequestId), request.ValidateOnly, context.CancellationToken)).ToNeed(Freshness, context.Caller());
    }

    public override async Task<Empty> DeleteNeed(DeleteNeedRequest request, ServerCallContext context)
    {
        await grains.GetItem(ItemId.Parse(request.Name, ItemKind.Need, "name")).DeleteAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken);
        return new();
    }

    public override async Task<Need> PublishNeed(PublishNeedRequest request, ServerCallContext context)
    {
        var published = await grains.GetItem(ItemId.Parse(request.Name, ItemKind.Need, "name")).PublishAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken);
        var need = published.ToNeed(Freshness, context.Caller());
        need.TagProposals.AddRange(await ProposeTagsAsync(published, context));
        return need;
    }

    public override async Task<Need> WithdrawNeed(WithdrawNeedRequest request, ServerCallContext context) =>
        (await grains.GetItem(ItemId.Parse(request.Name, ItemKind.Need, "name")).WithdrawAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken)).ToNeed(Freshness, context.Caller());

    public override async Task<Need> ConfirmNeed(ConfirmNeedRequest request, ServerCallContext context) =>
        (await grains.GetItem(ItemId.Parse(request.Name, ItemKind.Need, "name")).ConfirmAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken)).ToNeed(Freshness, context.Caller());
}
