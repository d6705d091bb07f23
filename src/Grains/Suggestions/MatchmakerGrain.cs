using System.Globalization;
using CooperaNet.Matching.Explanations;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Partitions;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Tagging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Suggestions;

[StatelessWorker(Workers.Max), GrainType("matchmaker")]
internal sealed partial class MatchmakerGrain(PartitionSearch search, RegisterReader register, ActiveModel models, AnalyzedTexts texts, IOptions<MatchingOptions> options,
    IOptions<FreshnessOptions> freshness, TimeProvider clock, ILogger<MatchmakerGrain> logger) : Grain, IMatchmakerGrain
{
    private const int DefaultPageSize = 10;
    private const int MaxPageSize = 100;
    private const int MaxText = 10_000;

    /// <summary>The version of a list that is not kept.</summary>
    private const string NoVersion = "0";

    public async Task<SuggestionPage> PreviewAsync(ItemContent need, ParentId? requester, SuggestionQuery query, CancellationToken cancellationToken)
    {
        ItemRules.Check(need, ItemKind.Need);
        var model = models.Current;
        var known = need.LanguageCode.Length > 0 ? need : need with { LanguageCode = model.Languages.Detect($"{need.Title} {need.Summary}") };
        var answer = await AskAsync(model, known, ItemKind.Need, requester?.ToString() ?? "", query, cancellationToken);
        return await PageAsync(model, "", known, answer.Hits[0], answer.AsOf, query, "preview", cancellationToken) with { Unreachable = answer.Unreachable };
    }

    public async Task<SuggestionPage> ListSuggestionsAsync(ItemId need, SuggestionQuery query, Caller caller, CancellationToken cancellationToken)
    {
        var item = await GetAsync(need, caller, cancellationToken);
        caller.CheckSees(need.Parent);
        var model = models.Current;
        if (query.MinScore is null && query.Constraints.IsEmpty && await FindKeptAsync(item, model.Version, cancellationToken) is { } kept)
        {
            var left = await AtPresentAsync(model, item, kept.Hits, cancellationToken);
            if (left.Length == kept.Hits.Count || (left.Length > 0 && kept.Hits.Count < options.Value.KeptPerNeed))
            {
                return await PageAsync(model, item.Name, item.Content, left, kept.AsOf, query, item.Name, cancellationToken);
            }

            // what was kept is no longer the best there is: others may take the places
        }

        var answer = await AskAsync(model, item.Content, ItemKind.Need, item.Parent, query, cancellationToken);
        return await PageAsync(model, item.Name, item.Content, answer.Hits[0], answer.AsOf, query, item.Name, cancellationToken) with { Unreachable = answer.Unreachable };
    }

    /// <summary>What still stands of what was kept, as it counts now: time passes without changing a list, and withdrawing changes it only in a moment.</summary>
    private async Task<PartitionHit[]> AtPresentAsync(MatchingModel model, Item need, IReadOnlyList<PartitionHit> kept, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (standing, fresh) = (await register.FindStandingAsync([.. kept.Select(hit => hit.Name)], now, cancellationToken), freshness.Value.At(now));
        var language = LanguageDetector.PositionOf(need.Content.LanguageCode);
        return [.. kept.Where(hit => standing.ContainsKey(hit.Name)).Select(Now).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Name, StringComparer.Ordinal)];

        PartitionHit Now(PartitionHit hit) => standing[hit.Name] < fresh.StaleBefore == hit.Stale ? hit
            : hit with { Stale = !hit.Stale, Score = model.Fusion.Of(language, hit.Language).Score(hit.ToSignals(), !hit.Stale) };
    }

    /// <summary>The kept list, or null where there is none for this revision and model, or none that can be read.</summary>
    private Task<SuggestionList?> FindKeptAsync(Item need, string model, CancellationToken cancellationToken) =>
        ReadAsync(need.Name, list => list.FindAsync(need.Revision, model, cancellationToken), null);

    /// <summary>What a kept list says; something else where it cannot be read.</summary>
    private async Task<T> ReadAsync<T>(string need, Func<ISuggestionListGrain, ValueTask<T>> read, T otherwise)
    {
        try
        {
            return await read(GrainFactory.GetGrain<ISuggestionListGrain>(need));
        }
        catch (Exception error) when (Unreadable.IsCauseOf(error))
        {
            return otherwise; // the partition that keeps it says so
        }
    }

    public async Task<IReadOnlyList<string>> GetVersionsAsync(IReadOnlyList<ItemId> needs, CancellationToken cancellationToken) =>
        await Task.WhenAll(needs.Select(need => ReadAsync(need.ToString(), list => list.GetVersionAsync(cancellationToken), NoVersion)));

    public async Task<SuggestionPage> ListProspectsAsync(ItemId offer, SuggestionQuery query, Caller caller, CancellationToken cancellationToken)
    {
        var item = await GetAsync(offer, caller, cancellationToken);
        caller.CheckSees(offer.Parent);
        var model = models.Current;
        var answer = await AskAsync(model, item.Content, ItemKind.Offer, item.Parent, query, cancellationToken);
        return await PageAsync(model, item.Name, item.Content, answer.Hits[0], answer.AsOf, query, item.Name, cancellationToken, prospects: true) with { Unreachable = answer.Unreachable };
    }

    public async Task<Suggestion> ExplainAsync(ItemId need, ItemId offer, string languageCode, Caller caller, CancellationToken cancellationToken)
    {
        var (needItem, offerItem) = (await GetAsync(need, caller, cancellationToken), await GetAsync(offer, caller, cancellationToken));
        caller.CheckSees(caller.Sees(offer.Parent) ? offer.Parent : need.Parent);
        var model = models.Current;
        var (left, right) = (await search.EncodeAsync(model, needItem.Content, cancellationToken), await search.EncodeAsync(model, offerItem.Content, cancellationToken));
        var signals = PairSignals.Of(
            model, left, right, PartitionSearch.Areas(needItem.Content), PartitionSearch.Areas(offerItem.Content), PartitionSearch.Goals(needItem.Content), PartitionSearch.Goals(offerItem.Content));
        var stale = freshness.Value.At(clock.GetUtcNow()).IsStale(offerItem);
        var hit = PartitionHit.Of(offerItem.Name, offerItem.Country, right.Language, model.Fusion.Of(left.Language, right.Language).Score(signals, stale), stale, signals);
        var suggestion = Explain(model, needItem.Name, needItem.Content, Analyze(model, needItem.Content), offerItem, hit, languageCode, prospect: false);
        return await PlaceAsync(suggestion, needItem, languageCode, cancellationToken);
    }

    public Task<SuggestedCodes> SuggestCodesAsync(string text, string languageCode, CancellationToken cancellationToken)
    {
        if (text.Trim().Length == 0 || text.Length > MaxText)
        {
            throw MatchingException.Invalid("text", $"{text.Length} characters; 1 to {MaxText} are allowed.");
        }

        var model = models.Current;
        var (goals, areas) = CodeSuggester.Suggest(model, "", text, languageCode.Length > 0 ? languageCode : model.Languages.Detect(text));
        return Task.FromResult(new SuggestedCodes(ToCodes(goals), ToCodes(areas), model.Version));
    }

    public Task<SuggestedCodes> ProposeTagsAsync(ItemContent item, CancellationToken cancellationToken)
    {
        var model = models.Current;
        try
        {
            var (goals, areas) = TagProposals.Of(model, item);
            return Task.FromResult(new SuggestedCodes(ToCodes(goals), ToCodes(areas), model.Version));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogNotProposed(error); // the item is published all the same
            return Task.FromResult(new SuggestedCodes([], [], model.Version));
        }
    }

    private static List<SuggestedCode> ToCodes(IReadOnlyList<CodeProposal> proposals) => [.. proposals.Select(proposal => new SuggestedCode(proposal.Code, proposal.Probability, proposal.Terms))];

    /// <summary>Where the offer stands in the need's list, where it stood before, and why that changed.</summary>
    private async Task<Suggestion> PlaceAsync(Suggestion suggestion, Item need, string languageCode, CancellationToken cancellationToken)
    {
        var kept = await FindKeptAsync(need, suggestion.ModelVersion, cancellationToken);
        var threshold = models.Current.Fusion.Threshold;
        var listed = Exposure.Apply([.. (kept?.Hits ?? []).Where(hit => hit.Score >= threshold)], options.Value.ExposureDepth, threshold);
        var rank = 1 + listed.ToList().FindIndex(entry => entry.Hit.Name == suggestion.Offer);
        if (await ReadAsync(need.Name, list => list.FindEarlierAsync(cancellationToken), null) is not { } before)
        {
            return suggestion with { Rank = rank };
        }

        var place = before.Places.ToList().FindIndex(offer => offer.Offer == suggestion.Offer);
        var reason = ExplanationText.RankChange(languageCode, before.Model == suggestion.ModelVersion ? null : (before.Model, suggestion.ModelVersion), before.NeedRevision != need.Revision);
        return suggestion with
        {
            Rank = rank,
            Explanation = suggestion.Explanation with { RankChange = new(place + 1, place < 0 ? 0 : before.Places[place].Score, before.Model, reason) },
        };
    }

    private async Task<PartitionAnswer> AskAsync(MatchingModel model, ItemContent content, ItemKind kind, string parent, SuggestionQuery query, CancellationToken cancellationToken)
    {
        var encoding = await search.EncodeAsync(model, content, cancellationToken);
        return await search.SearchAsync([PartitionSearch.QueryOf(content, kind, parent, options.Value.KeptPerNeed, (model, encoding.ToBytes()), MinScore(query), query.Constraints)], cancellationToken);
    }

    private async Task<Item> GetAsync(ItemId id, Caller caller, CancellationToken cancellationToken)
    {
        var item = await GrainFactory.GetItem(id).FindAsync(caller, cancellationToken) ?? throw MatchingException.NotFound(id.ToString());
        return item.State == ItemState.Withdrawn ? throw new MatchingException(MatchingError.WrongState, $"'{id}' is withdrawn and takes no part in matching.") : item;
    }

    private static double? MinScore(SuggestionQuery query) => query.MinScore is null or >= 0 and <= 1
        ? query.MinScore : throw MatchingException.Invalid("minScore", $"{query.MinScore.Value.ToString(CultureInfo.InvariantCulture)} is not between 0 and 1.");

    private async Task<SuggestionPage> PageAsync(
        MatchingModel model, string name, ItemContent content, IReadOnlyList<PartitionHit> hits, DateTimeOffset asOf, SuggestionQuery query, string list, CancellationToken cancellationToken, bool prospects = false)
    {
        var size = query.PageSize switch
        {
            < 0 => throw MatchingException.Invalid("pageSize", $"{query.PageSize} is negative; 0 asks for the default of {DefaultPageSize}."),
            0 => DefaultPageSize,
            _ => Math.Min(query.PageSize, MaxPageSize),
        };
        var arguments = string.Create(CultureInfo.InvariantCulture, $"{list}|{query.MinScore}|{model.Version}|{prospects}|{string.Join(',', query.Constraints.Maturities)}|{string.Join(',', query.Constraints.Countries)}|{string.Join(',', query.Constraints.Languages)}");
        var skip = PageToken.ReadNumbers(query.PageToken, arguments, keys: 1, most: options.Value.KeptPerNeed) is [var offset] ? (int)offset : 0;
        var threshold = query.MinScore ?? model.Fusion.Threshold;
        var ranked = Exposure.Apply([.. hits.Where(hit => hit.Score >= threshold)], options.Value.ExposureDepth, model.Fusion.Threshold);
        var page = ranked.Skip(skip).Take(size).ToList();
        var closest = ranked.Count == 0 && hits.Count > 0 ? hits[0] : default(PartitionHit?);
        var items = await register.ReadItemsAsync([.. page.Select(pair => pair.Hit.Name), .. closest is { } best ? [best.Name] : Array.Empty<string>()], cancellationToken);
        var own = Analyze(model, content);
        var suggestions = page.Select((pair, i) => (pair, Rank: skip + i + 1)).Where(entry => items.TryGetValue(entry.pair.Hit.Name, out var other) && other.State == ItemState.Published)
            .Select(entry => Explain(model, name, content, own, items[entry.pair.Hit.Name], entry.pair.Hit, query.LanguageCode, prospects) with { Rank = entry.Rank, ExposureNote = entry.pair.Note }).ToList();
        var next = skip + size < ranked.Count ? PageToken.Write(arguments, (skip + size).ToString(CultureInfo.InvariantCulture)) : "";
        var isAll = skip == 0 && next.Length == 0; // an index may name for a moment what was withdrawn
        var abstention = ranked.Count > 0 && !(isAll && suggestions.Count == 0) ? null : new Abstention(
            ExplanationText.Abstention(query.LanguageCode, closest is { } near && items.TryGetValue(near.Name, out var item) ? item.Content.Title : ""),
            threshold, closest?.Name ?? "", closest?.Score ?? 0);
        return new(suggestions, abstention, next, asOf);
    }

    private static AnalyzedText Analyze(MatchingModel model, ItemContent content) => new(model, content.Title, content.Summary, content.LanguageCode);

    /// <summary>Explains one pair; <paramref name="prospect"/> tells which side <paramref name="name"/> is.</summary>
    private Suggestion Explain(MatchingModel model, string name, ItemContent content, AnalyzedText own, Item other, PartitionHit hit, string language, bool prospect)
    {
        var (need, offer) = prospect ? (other.Content, content) : (content, other.Content);
        var (needText, offerText) = prospect ? (texts.Get(model, other), own) : (own, texts.Get(model, other));
        var evidence = Explainer.Explain(model, needText, offerText);
        var (needTags, offerTags) = (InferredTags.Of(needText.Tags), InferredTags.Of(offerText.Tags));
        string[] areas = [.. need.AreasOfFocus.Intersect(offer.AreasOfFocus)];
        int[] goals = [.. need.Goals.Intersect(offer.Goals)];
        var pair = model.Fusion.Of(LanguageDetector.PositionOf(content.LanguageCode), hit.Language);
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
                Summary = ExplanationText.Summary(language, evidence.Terms, areas, goals, needTags.Goals.Intersect(offerTags.Goals).Except(goals).ToList(), hit.Stale),
                Contributions = [.. pair.Contributions(hit.ToSignals(), hit.Stale).Select(part => new Contribution(part.Signal, part.Value))],
                Terms = [.. evidence.Terms.Select(term => new SharedTerm(term.Need, term.Offer, term.Weight))],
                SharedAreas = areas,
                SharedGoals = goals,
                NeedSentence = evidence.NeedSentence,
                OfferSentence = evidence.OfferSentence,
                InferredGoals = [.. needTags.Goals.Intersect(offerTags.Goals)],
                InferredAreas = [.. needTags.Areas.Intersect(offerTags.Areas)],
                Changes = ScoreChanges.Of(model, pair, hit, need, offer, needTags, offerTags, language),
            },
        };
    }

    [LoggerMessage(EventId = 405, Level = LogLevel.Error, Message = "No tags could be proposed for an item's text")]
    private partial void LogNotProposed(Exception error);
}
