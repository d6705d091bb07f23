using System.Collections.Concurrent;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Suggestions;
using CooperaNet.Matching.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

/// <summary>Brings the kept suggestions up to date with items that changed. Safe to repeat.</summary>
internal sealed partial class PartitionSuggester(
    EncodingStore encodings, PartitionSearch search, IGrainFactory grains, MatchingMeters meters, IOptions<FreshnessOptions> freshness, TimeProvider clock, ILogger<PartitionSuggester> logger)
{
    /// <summary>Kept lists brought up to date at once: enough to fill a group commit, few enough that none waits long for its search.</summary>
    private const int ListsAtOnce = 16;

    /// <summary>Offers looked for at once: they are read from memory once for all, within a deadline.</summary>
    private const int OffersAtOnce = 32;

    /// <summary>Needs that an offer is first looked for in; when so many fit, more are asked for.</summary>
    private const int FirstNeeds = 100;

    private readonly ConcurrentDictionary<string, bool> setAside = new();

    /// <summary>Computes the lists of changed needs, and merges changed offers into the lists of the needs they fit or fitted.</summary>
    public async Task SuggestAsync(MatchingModel model, IReadOnlyList<EncodedItem> items, CancellationToken cancellationToken)
    {
        // A need that cannot be encoded is left out: its revision makes that its kept list isn't used.
        var needs = items.Where(item => item.Item.Type == "need" && (item.Item.State != ItemState.Published || item.Encoding is not null));
        await EachAsync(needs, item => AskAsync(item.Item.Name, list => list.RecomputeAsync(cancellationToken)));
        var changed = items.Where(item => item.Item.Type != "need").ToList();
        var queries = new List<(Item Offer, bool Current, PartitionQuery Query)>();
        foreach (var offer in changed)
        {
            if (PartitionIndexer.IsIndexed(offer))
            {
                queries.Add((offer.Item, true, Query(model, offer.Item, offer.Encoding!)));
            }

            if (offer.Item.Revision > 1 && await encodings.FindEarlierAsync(offer.Id, model.Version, offer.Item.Revision, cancellationToken) is { } earlier && Encoding.Find(earlier) is not null)
            {
                queries.Add((offer.Item, false, Query(model, offer.Item, earlier) with { Areas = 0x7FF, Goals = 0x1FFFF })); // its tags may have changed: reach every need it could have fitted
            }
        }

        var answers = await FindAllAsync([.. queries.Select(query => query.Query)], cancellationToken);
        var candidates = new Dictionary<string, Dictionary<string, Candidate>>();
        for (var i = 0; i < queries.Count; i++)
        {
            var (offer, current, query) = queries[i];
            foreach (var need in answers[i].Where(hit => !current || AsHit(model, offer, hit).Score >= model.Fusion.Threshold))
            {
                var forNeed = candidates.TryGetValue(need.Name, out var known) ? known : candidates[need.Name] = [];
                if (current || !forNeed.ContainsKey(offer.Name))
                {
                    forNeed[offer.Name] = new(offer.Name, current ? AsHit(model, offer, need) : null);
                }
            }
        }

        await EachAsync(candidates, pair => AskAsync(pair.Key, list => list.MergeAsync(model.Version, [.. pair.Value.Values], cancellationToken)));
    }

    /// <summary>All the needs that fit, however many: one list a query.</summary>
    private async Task<IReadOnlyList<PartitionHit>[]> FindAllAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken)
    {
        var found = new IReadOnlyList<PartitionHit>[queries.Count];
        IReadOnlyList<int> left = [.. Enumerable.Range(0, queries.Count)];
        for (var count = FirstNeeds; left.Count > 0; count *= 8)
        {
            foreach (var chunk in left.Chunk(Math.Max(1, OffersAtOnce * FirstNeeds / count))) // the more are asked for, the more memory each takes
            {
                var answer = await search.SearchAllAsync([.. chunk.Select(place => queries[place] with { Count = count })], cancellationToken);
                foreach (var (place, hits) in chunk.Zip(answer.Hits))
                {
                    found[place] = hits;
                }
            }

            left = [.. left.Where(place => found[place].Count == count)];
        }

        return found;
    }

    private static async Task EachAsync<T>(IEnumerable<T> entries, Func<T, Task> run)
    {
        foreach (var chunk in entries.Chunk(ListsAtOnce))
        {
            await Task.WhenAll(chunk.Select(run));
        }
    }

    /// <summary>Computes a kept list of an earlier model anew; false when its silo hasn't heard of the model yet.</summary>
    public async Task<bool> RefreshAsync(string need, string model, CancellationToken cancellationToken)
    {
        var isDone = true;
        await AskAsync(need, async list => isDone = await list.RefreshAsync(model, cancellationToken));
        return isDone;
    }

    /// <summary>A list whose state, or whose need's, cannot be read is left alone and said so once a silo; what passes is thrown, so that the work is repeated.</summary>
    private async Task AskAsync(string need, Func<ISuggestionListGrain, Task> ask)
    {
        try
        {
            await ask(grains.GetGrain<ISuggestionListGrain>(need));
            setAside.TryRemove(need, out _);
        }
        catch (Exception error) when (Unreadable.IsCauseOf(error))
        {
            if (setAside.TryAdd(need, true))
            {
                meters.SetAside();
                LogSetAside(need);
            }
        }
    }

    /// <summary>The same pair seen from the need: whether the offer is stale counts, not the need.</summary>
    private PartitionHit AsHit(MatchingModel model, Item offer, PartitionHit need)
    {
        var stale = freshness.Value.At(clock.GetUtcNow()).IsStale(offer);
        var language = LanguageDetector.PositionOf(offer.Content.LanguageCode);
        var pair = model.Fusion.Of(language, need.Language);
        return need with { Name = offer.Name, Country = offer.Country, Language = language, Stale = stale, Score = pair.Score(need.ToSignals(), stale) };
    }

    private static PartitionQuery Query(MatchingModel model, Item offer, byte[] encoding) => PartitionSearch.QueryOf(offer.Content, ItemKind.Offer, offer.Parent, FirstNeeds, (model, encoding), MinScore(model)) with { Follows = true };

    /// <summary>A need that is stale itself still wants to hear of a good offer: its own penalty doesn't count.</summary>
    private static double MinScore(MatchingModel model) => PairWeights.WithStalePenalty(model.Fusion.Threshold);

    [LoggerMessage(EventId = 407, Level = LogLevel.Error, Message = "The kept suggestions of '{Need}', or the need itself, cannot be read; they are not kept until that is mended")]
    private partial void LogSetAside(string need);
}
