using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Json;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Items;

internal sealed partial class ExchangeService
{
    private static readonly string[] OfferPaths = ["title", "summary", "languageCode", "translations", "areasOfFocus", "goals", "maturity", "responsibleInstitution", "modalities", "links", "expireTime"];

    public override async Task<Offer> GetOffer(GetOfferRequest request, ServerCallContext context) => (await GetAsync(request.Name, ItemKind.Offer, context)).ToOffer(Freshness, context.Caller());

    public override async Task<ListOffersResponse> ListOffers(ListOffersRequest request, ServerCallContext context)
    {
        var page = await ListAsync(new(request.Parent, ItemKind.Offer, request.Filter, request.OrderBy, request.PageSize, request.PageToken), context);
        return new() { Offers = { page.Rows.Select(item => item.ToOffer(Freshness, context.Caller())) }, NextPageToken = page.NextPageToken };
    }

    public override async Task<Offer> CreateOffer(CreateOfferRequest request, ServerCallContext context)
    {
        var given = request.Offer ?? throw MatchingException.Invalid("offer", "is missing.");
        return (await CreateAsync(request.Parent, ItemKind.Offer, request.OfferId, "offerId", given.ToContent(), request.RequestId, request.ValidateOnly, context)).ToOffer(Freshness, context.Caller());
    }

    public override async Task<Offer> UpdateOffer(UpdateOfferRequest request, ServerCallContext context)
    {
        var given = request.Offer ?? throw MatchingException.Invalid("offer", "is missing.");
        var fields = FieldMasks.ItemFields(request.UpdateMask, given, OfferPaths);
        return (await grains.GetItem(ItemId.Parse(given.Name, ItemKind.Offer, "offer.name"))
            .UpdateAsync(given.ToContent(), fields, given.Etag, context.Caller(request.RequestId), request.ValidateOnly, context.CancellationToken)).ToOffer(Freshness, context.Caller());
    }

    public override async Task<Empty> DeleteOffer(DeleteOfferRequest request, ServerCallContext context)
    {
        await grains.GetItem(ItemId.Parse(request.Name, ItemKind.Offer, "name")).DeleteAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken);
        return new();
    }

    public override async Task<Offer> PublishOffer(PublishOfferRequest request, ServerCallContext context)
    {
        var published = await grains.GetItem(ItemId.Parse(request.Name, ItemKind.Offer, "name")).PublishAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken);
        var offer = published.ToOffer(Freshness, context.Caller());
        offer.TagProposals.AddRange(await ProposeTagsAsync(published, context));
        return offer;
    }

    public override async Task<Offer> WithdrawOffer(WithdrawOfferRequest request, ServerCallContext context) =>
        (await grains.GetItem(ItemId.Parse(request.Name, ItemKind.Offer, "name")).WithdrawAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken)).ToOffer(Freshness, context.Caller());

    public override async Task<Offer> ConfirmOffer(ConfirmOfferRequest request, ServerCallContext context) =>
        (await grains.GetItem(ItemId.Parse(request.Name, ItemKind.Offer, "name")).ConfirmAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken)).ToOffer(Freshness, context.Caller());
}
