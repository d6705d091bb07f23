using System.Globalization;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Explanations;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Register;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Suggestions;

[StatelessWorker, GrainType("matchmaker")]
internal sealed class MatchmakerGrain(PartitionSearch search, RegisterReader register, MatchingModel model, IOptions<MatchingOptions> options,
    IOptions<FreshnessOptions> freshness, TimeProvider clock) : Grain, IMatchmakerGrain
{
    private const int DefaultPageSize = 10;
    private const int MaxPageSize = 100;

    public async Task<SuggestionPage> PreviewAsync(ItemContent need, ParentId? requester, SuggestionQuery query, CancellationToken cancellationToken)
    {
        ItemRules.Check(need, ItemKind.Need);
        var known = need.LanguageCode.Length > 0 ? need : need with { LanguageCode = model.Languages.Detect($"{need.Title} {need.Summary}") };
        var wanted = search.QueryOf(known, ItemKind.Need, requester?.ToString() ?? "", options.Value.KeptPerNeed, MinScore(query));
        var answer = await search.SearchAsync([wanted], cancellationToken);
        return await PageAsync("", known, answer.Hits[0], answer.AsOf, query, "preview", cancellationToken);
    }

    public async Task<SuggestionPage> ListSuggestionsAsync(ItemId need, SuggestionQuery query, CancellationToken cancellationToken)
    {
        var item = await GetAsync(need, cancellationToken);
        var minScore = MinScore(query);
        if (minScore is null && await GrainFactory.GetGrain<ISuggestionListGrain>(item.Name).FindAsync(item.Revision, model.Version, cancellationToken) is { } kept)
        {
            return await PageAsync(item.Name, item.Content, kept.Hits, kept.AsOf, query, item.Name, cancellationToken);
        }

        var answer = await search.SearchAsync([search.QueryOf(item.Content, ItemKind.Need, item.Parent, options.Value.KeptPerNeed, minScore)], cancellationToken);
        return await PageAsync(item.Name, item.Content, answer.Hits[0], answer.AsOf, query, item.Name, cancellationToken);
    }

    public async Task<IReadOnlyList<string>> GetVersionsAsync(IReadOnlyList<ItemId> needs, CancellationToken cancellationToken) =>
        await Task.WhenAll(needs.Select(need => GrainFactory.GetGrain<ISuggestionListGrain>(need.ToString()).GetVersionAsync(cancellationToken).AsTask()));

    public async Task<SuggestionPage> ListProspectsAsync(ItemId offer, SuggestionQuery query, CancellationToken cancellationToken)
    {
        var item = await GetAsync(offer, cancellationToken);
        var answer = await search.SearchAsync([search.QueryOf(item.Content, ItemKind.Offer, item.Parent, options.Value.KeptPerNeed, MinScore(query))], cancellationToken);
        return await PageAsync(item.Name, item.Content, answer.Hits[0], answer.AsOf, query, item.Name, cancellationToken, prospects: true);
    }

    public async Task<Suggestion> ExplainAsync(ItemId need, ItemId offer, string languageCode, CancellationToken cancellationToken)
    {
        var (needItem, offerItem) = (await GetAsync(need, cancellationToken), await GetAsync(offer, cancellationToken));
        var (left, right) = (Encode(needItem.Content), Encode(offerItem.Content));
        var signals = new Signals(
            left.Terms.Dot(right.Terms), left.Grams.Dot(right.Grams),
            model.Rarity.OfAreas(PartitionSearch.Areas(needItem.Content), PartitionSearch.Areas(offerItem.Content)),
            model.Rarity.OfGoals(PartitionSearch.Goals(needItem.Content), PartitionSearch.Goals(offerItem.Content)));
        var stale = freshness.Value.At(clock.GetUtcNow()).IsStale(offerItem);
        var hit = new PartitionHit(offerItem.Name, offerItem.Country, model.Fusion.Score(signals, stale), stale, signals.Terms, signals.Grams, signals.Areas, signals.Goals);
        return Explain(needItem.Name, needItem.Content, Analyze(needItem.Content), offerItem, hit, languageCode, prospect: false) with { Rank = 1 };
    }

    private async Task<Item> GetAsync(ItemId id, CancellationToken cancellationToken)
    {
        var item = await GrainFactory.GetItem(id).FindAsync(cancellationToken) ?? throw MatchingException.NotFound(id.ToString());
        return item.State == ItemState.Withdrawn ? throw new MatchingException(MatchingError.WrongState, $"'{id}' is withdrawn and takes no part in matching.") : item;
    }

    private static double? MinScore(SuggestionQuery query) => query.MinScore is null or >= 0 and <= 1
        ? query.MinScore : throw MatchingException.Invalid("minScore", $"{query.MinScore.Value.ToString(CultureInfo.InvariantCulture)} is not between 0 and 1.");

    private async Task<SuggestionPage> PageAsync(
        string name, ItemContent content, IReadOnlyList<PartitionHit> hits, DateTimeOffset asOf, SuggestionQuery query, string list, CancellationToken cancellationToken, bool prospects = false)
    {
        var size = query.PageSize switch
        {
            < 0 => throw MatchingException.Invalid("pageSize", $"{query.PageSize} is negative; 0 asks for the default of {DefaultPageSize}."),
            0 => DefaultPageSize,
            _ => Math.Min(query.PageSize, MaxPageSize),
        };
        var arguments = string.Create(CultureInfo.InvariantCulture, $"{list}|{query.MinScore}|{model.Version}|{prospects}");
        var skip = PageToken.Read(query.PageToken, arguments, keys: 1) is [var offset] ? int.Parse(offset!, CultureInfo.InvariantCulture) : 0;
        var threshold = query.MinScore ?? model.Fusion.Threshold;
        var ranked = Exposure.Apply([.. hits.Where(hit => hit.Score >= threshold)], options.Value.ExposureDepth);
        var page = ranked.Skip(skip).Take(size).ToList();
        var closest = ranked.Count == 0 && hits.Count > 0 ? hits[0] : default(PartitionHit?);
        var texts = await register.ReadItemsAsync([.. page.Select(pair => pair.Hit.Name), .. closest is { } best ? [best.Name] : Array.Empty<string>()], cancellationToken);
        var own = Analyze(content);
        var suggestions = page.Select((pair, i) => (pair, Rank: skip + i + 1)).Where(entry => texts.TryGetValue(entry.pair.Hit.Name, out var other) && other.State == ItemState.Published)
            .Select(entry => Explain(name, content, own, texts[entry.pair.Hit.Name], entry.pair.Hit, query.LanguageCode, prospects) with { Rank = entry.Rank, ExposureNote = entry.pair.Note }).ToList();
        var next = skip + size < ranked.Count ? PageToken.Write(arguments, (skip + size).ToString(CultureInfo.InvariantCulture)) : "";
        var abstention = ranked.Count > 0 ? null : new Abstention(
            ExplanationText.Abstention(query.LanguageCode, closest is { } near && texts.TryGetValue(near.Name, out var item) ? item.Content.Title : ""),
            threshold, closest?.Name ?? "", closest?.Score ?? 0);
        return new(suggestions, abstention, next, asOf);
    }

    private AnalyzedText Analyze(ItemContent content) => new(model, content.Title, content.Summary, content.LanguageCode);

    private Encoding Encode(ItemContent content) => model.Encode(content.Title, content.Summary, content.LanguageCode);

    /// <summary>Explains one pair; <paramref name="prospect"/> tells which side <paramref name="name"/> is.</summary>
    private Suggestion Explain(string name, ItemContent content, AnalyzedText own, Item other, PartitionHit hit, string language, bool prospect)
    {
        var (need, offer) = prospect ? (other.Content, content) : (content, other.Content);
        var evidence = prospect ? Explainer.Explain(model, Analyze(need), own) : Explainer.Explain(model, own, Analyze(offer));
        string[] areas = [.. need.AreasOfFocus.Intersect(offer.AreasOfFocus)];
        int[] goals = [.. need.Goals.Intersect(offer.Goals)];
        return new()
        {
            Need = prospect ? other.Name : name,
            Offer = prospect ? name : other.Name,
            Score = hit.Score,
            ModelVersion = model.Version,
            Title = other.Content.Title,
            Country = other.Country,
            Explanation = new()
            {
                Summary = ExplanationText.Summary(language, [.. evidence.Terms.Select(term => term.Need)], areas, goals, hit.Stale),
                Contributions = [.. model.Fusion.Contributions(hit.ToSignals(), hit.Stale).Select(part => new Contribution(part.Signal, part.Value))],
                Terms = [.. evidence.Terms.Select(term => new SharedTerm(term.Need, term.Offer, term.Weight))],
                SharedAreas = areas,
                SharedGoals = goals,
                NeedSentence = evidence.NeedSentence,
                OfferSentence = evidence.OfferSentence,
            },
        };
    }
}
