using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Suggestions;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

/// <summary>Brings the kept suggestions up to date with items that changed. Safe to repeat.</summary>
internal sealed class PartitionSuggester(EncodingStore encodings, PartitionSearch search, IGrainFactory grains, IOptions<MatchingOptions> options, IOptions<FreshnessOptions> freshness, TimeProvider clock)
{
    /// <summary>Computes the lists of changed needs, and merges changed offers into the lists of the needs they fit or fitted.</summary>
    public async Task SuggestAsync(MatchingModel model, IReadOnlyList<EncodedItem> items, CancellationToken cancellationToken)
    {
        await Task.WhenAll(items.Where(item => item.Item.Type == "need").Select(item => grains.GetGrain<ISuggestionListGrain>(item.Item.Name).RecomputeAsync(cancellationToken)));
        var changed = items.Where(item => item.Item.Type != "need").ToList();
        var queries = new List<(Item Offer, bool Current, PartitionQuery Query)>();
        foreach (var offer in changed)
        {
            if (PartitionIndexer.IsIndexed(offer))
            {
                queries.Add((offer.Item, true, Query(model, offer.Item, offer.Encoding!)));
            }

            if (offer.Item.Revision > 1 && await encodings.FindEarlierAsync(offer.Id, model.Version, offer.Item.Revision, cancellationToken) is { } earlier)
            {
                queries.Add((offer.Item, false, Query(model, offer.Item, earlier) with { Areas = 0x7FF, Goals = 0x1FFFF })); // its tags may have changed: reach every need it could have fitted
            }
        }

        if (queries.Count == 0)
        {
            return;
        }

        var answer = await search.SearchAllAsync([.. queries.Select(query => query.Query)], cancellationToken);
        var candidates = new Dictionary<string, Dictionary<string, Candidate>>();
        for (var i = 0; i < queries.Count; i++)
        {
            var (offer, current, query) = queries[i];
            foreach (var need in answer.Hits[i].Where(hit => !current || AsHit(model, offer, hit).Score >= model.Fusion.Threshold))
            {
                var forNeed = candidates.TryGetValue(need.Name, out var known) ? known : candidates[need.Name] = [];
                if (current || !forNeed.ContainsKey(offer.Name))
                {
                    forNeed[offer.Name] = new(offer.Name, current ? AsHit(model, offer, need) : null);
                }
            }
        }

        await Task.WhenAll(candidates.Select(pair => grains.GetGrain<ISuggestionListGrain>(pair.Key).MergeAsync(model.Version, [.. pair.Value.Values], cancellationToken)));
    }

    /// <summary>The same pair seen from the need: whether the offer is stale counts, not the need.</summary>
    private PartitionHit AsHit(MatchingModel model, Item offer, PartitionHit need)
    {
        var stale = freshness.Value.At(clock.GetUtcNow()).IsStale(offer);
        var language = LanguageDetector.PositionOf(offer.Content.LanguageCode);
        var pair = model.Fusion.Of(language, need.Language);
        return need with { Name = offer.Name, Country = offer.Country, Language = language, Stale = stale, Score = pair.Score(need.ToSignals(), stale) };
    }

    private PartitionQuery Query(MatchingModel model, Item offer, byte[] encoding) => PartitionSearch.QueryOf(offer.Content, ItemKind.Offer, offer.Parent, options.Value.KeptPerNeed, (model, encoding), MinScore(model));

    /// <summary>A need that is stale itself still wants to hear of a good offer: its own penalty doesn't count.</summary>
    private static double MinScore(MatchingModel model) => PairWeights.WithStalePenalty(model.Fusion.Threshold);
}
