using System.Globalization;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Items;
using CooperaNet.Matching.Gateway.Streams;
using CooperaNet.Matching.Suggestions;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Suggestions;

/// <summary>Translates wire messages to grain calls and back; decides nothing.</summary>
internal sealed class MatchingService(IGrainFactory grains, SuggestionsFeed feed, StreamGuard guard, IOptions<GatewayOptions> options, TimeProvider clock) : V1.MatchingService.MatchingServiceBase
{
    public override async Task<ListSuggestionsResponse> ListSuggestions(ListSuggestionsRequest request, ServerCallContext context)
    {
        return await ListAsync(
            ItemId.Parse(request.Parent, ItemKind.Need, "parent"),
            new(request.PageSize, request.PageToken, request.HasMinScore ? request.MinScore : null, request.LanguageCode, Constraints.Read(request.Maturities, request.Countries, request.AnswerLanguageCodes)), context.Caller(), context.CancellationToken);
    }

    [DisableRequestTimeout]
    public override async Task WatchSuggestions(WatchSuggestionsRequest request, IServerStreamWriter<WatchSuggestionsResponse> responseStream, ServerCallContext context)
    {
        var need = ItemId.Parse(request.Parent, ItemKind.Need, "parent");
        var query = new SuggestionQuery(request.PageSize, "", null, request.LanguageCode, SuggestionConstraints.None);
        var (subscription, version) = await feed.SubscribeAsync(need, context.CancellationToken);
        await guard.RunAsync(subscription, context, async cancellationToken =>
        {
            var list = await ListAsync(need, query, context.Caller(), cancellationToken); // a need that doesn't exist ends here
            await responseStream.WriteAsync(
                request.ResumeToken == version ? new() { Kind = WatchKind.Heartbeat, ResumeToken = version }
                    : new() { Kind = request.ResumeToken.Length == 0 ? WatchKind.Snapshot : WatchKind.Reset, Suggestions = list, ResumeToken = version },
                cancellationToken);
            while (true)
            {
                var (any, next) = await subscription.NextAsync(options.Value.Heartbeat, clock, cancellationToken);
                if (any && next != version)
                {
                    version = next!;
                    await responseStream.WriteAsync(new() { Kind = WatchKind.Change, Suggestions = await ListAsync(need, query, context.Caller(), cancellationToken), ResumeToken = version }, cancellationToken);
                }
                else if (!any)
                {
                    await responseStream.WriteAsync(new() { Kind = WatchKind.Heartbeat, ResumeToken = version }, cancellationToken);
                }
            }
        });
    }

    private async Task<ListSuggestionsResponse> ListAsync(ItemId need, SuggestionQuery query, Caller caller, CancellationToken cancellationToken)
    {
        var page = await grains.GetMatchmaker().ListSuggestionsAsync(need, query, caller, cancellationToken);
        return new() { Suggestions = { page.Suggestions.Select(ToWire) }, NextPageToken = page.NextPageToken, Abstention = ToWire(page.Abstention), AsOfTime = page.AsOf.ToTimestamp(), Unreachable = page.Unreachable };
    }

    public override async Task<ListProspectsResponse> ListProspects(ListProspectsRequest request, ServerCallContext context)
    {
        var page = await grains.GetMatchmaker().ListProspectsAsync(
            ItemId.Parse(request.Parent, ItemKind.Offer, "parent"),
            new(request.PageSize, request.PageToken, request.HasMinScore ? request.MinScore : null, request.LanguageCode, Constraints.Read([], request.Countries, request.AnswerLanguageCodes)), context.Caller(), context.CancellationToken);
        return new() { Prospects = { page.Suggestions.Select(ToWire) }, NextPageToken = page.NextPageToken, Abstention = ToWire(page.Abstention), AsOfTime = page.AsOf.ToTimestamp(), Unreachable = page.Unreachable };
    }

    public override async Task<PreviewSuggestionsResponse> PreviewSuggestions(PreviewSuggestionsRequest request, ServerCallContext context)
    {
        var need = request.Need ?? throw MatchingException.Invalid("need", "is missing.");
        var page = await grains.GetMatchmaker().PreviewAsync(
            need.ToContent(), request.Requester.Length > 0 ? ParentId.Parse(request.Requester, "requester") : null,
            new(request.PageSize, "", request.HasMinScore ? request.MinScore : null, request.LanguageCode, Constraints.Read(request.Maturities, request.Countries, request.AnswerLanguageCodes)), context.CancellationToken);
        return new() { Suggestions = { page.Suggestions.Select(ToWire) }, Abstention = ToWire(page.Abstention), AsOfTime = page.AsOf.ToTimestamp(), Unreachable = page.Unreachable };
    }

    public override async Task<SuggestCodesResponse> SuggestCodes(SuggestCodesRequest request, ServerCallContext context)
    {
        var codes = await grains.GetMatchmaker().SuggestCodesAsync(request.Text, request.LanguageCode, context.CancellationToken);
        return new()
        {
            Goals = { codes.Goals.Select(code => new SuggestCodesResponse.Types.GoalProbability { Goal = int.Parse(code.Code, CultureInfo.InvariantCulture), Probability = code.Probability, Terms = { code.Terms } }) },
            Areas = { codes.Areas.Select(code => new SuggestCodesResponse.Types.AreaProbability { Area = code.Code, Probability = code.Probability, Terms = { code.Terms } }) },
            ModelVersion = codes.ModelVersion,
        };
    }

    public override async Task<V1.Suggestion> ExplainSuggestion(ExplainSuggestionRequest request, ServerCallContext context) => ToWire(await grains.GetMatchmaker().ExplainAsync(
        ItemId.Parse(request.Need, ItemKind.Need, "need"), ItemId.Parse(request.Offer, ItemKind.Offer, "offer"), request.LanguageCode, context.Caller(), context.CancellationToken));

    private static V1.Abstention? ToWire(Matching.Suggestions.Abstention? abstention) => abstention is null ? null : new()
    {
        Reason = abstention.Reason,
        Threshold = abstention.Threshold,
        Closest = abstention.ClosestOffer,
        ClosestScore = abstention.ClosestScore,
    };

    private static V1.Suggestion ToWire(Matching.Suggestions.Suggestion suggestion) => new()
    {
        Need = suggestion.Need,
        Offer = suggestion.Offer,
        Score = suggestion.Score,
        Rank = suggestion.Rank,
        ModelVersion = suggestion.ModelVersion,
        ExposureNote = suggestion.ExposureNote,
        Title = suggestion.Title,
        Country = suggestion.Country,
        Explanation = new()
        {
            Summary = suggestion.Explanation.Summary,
            Contributions = { suggestion.Explanation.Contributions.Select(part => new V1.Explanation.Types.Contribution { Signal = part.Signal, Value = part.Value }) },
            Terms = { suggestion.Explanation.Terms.Select(term => new V1.Explanation.Types.Term { Need = term.Need, Offer = term.Offer, Weight = term.Weight }) },
            SharedAreas = { suggestion.Explanation.SharedAreas },
            SharedGoals = { suggestion.Explanation.SharedGoals },
            NeedSentence = suggestion.Explanation.NeedSentence,
            OfferSentence = suggestion.Explanation.OfferSentence,
            InferredGoals = { suggestion.Explanation.InferredGoals },
            InferredAreas = { suggestion.Explanation.InferredAreas },
            Changes = { suggestion.Explanation.Changes.Select(change => new V1.Explanation.Types.Change { Action = change.Action, Score = change.Score }) },
            RankChange = suggestion.Explanation.RankChange is { } before
                ? new() { Rank = before.Rank, Score = before.Score, ModelVersion = before.ModelVersion, Reason = before.Reason } : null,
        },
    };
}
