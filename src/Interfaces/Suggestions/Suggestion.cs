using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.Suggestions;

/// <summary>What one signal added to the score.</summary>
/// <param name="Signal">form, meaning, topic, terms, tags, freshness, doubt or prior.</param>
/// <param name="Value">Its part of the log-odds before calibration's link; the parts add up to logit(score).</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Contribution")]
public readonly record struct Contribution([property: Id(0)] string Signal, [property: Id(1)] double Value);

/// <summary>A pair of words that speak for the match.</summary>
/// <param name="Need">As written in the need.</param>
/// <param name="Offer">As written in the offer.</param>
/// <param name="Weight">Its part of the text similarity, 0 to 1.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SharedTerm")]
public readonly record struct SharedTerm([property: Id(0)] string Need, [property: Id(1)] string Offer, [property: Id(2)] double Weight);

/// <summary>Something that would change a score.</summary>
/// <param name="Action">A sentence for a person.</param>
/// <param name="Score">The score it would lead to.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.ScoreChange")]
public readonly record struct ScoreChange([property: Id(0)] string Action, [property: Id(1)] double Score);

/// <summary>How a pair stood before.</summary>
/// <param name="Rank">Its place then; 0 when it wasn't in the list.</param>
/// <param name="Score">Its score then.</param>
/// <param name="ModelVersion">The model then.</param>
/// <param name="Reason">A sentence for a person.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.RankChange")]
public sealed record RankChange([property: Id(0)] int Rank, [property: Id(1)] double Score, [property: Id(2)] string ModelVersion, [property: Id(3)] string Reason);

/// <summary>Why a need and an offer were put together.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.Explanation")]
public sealed record Explanation
{
    /// <summary>One or two sentences for a person.</summary>
    [Id(0)] public string Summary { get; init; } = "";

    /// <summary>What each signal added; the values add up to logit(score).</summary>
    [Id(1)] public IReadOnlyList<Contribution> Contributions { get; init; } = [];

    /// <summary>Words that both sides share, strongest first.</summary>
    [Id(2)] public IReadOnlyList<SharedTerm> Terms { get; init; } = [];

    /// <summary>Slugs of areas of focus that both sides carry.</summary>
    [Id(3)] public IReadOnlyList<string> SharedAreas { get; init; } = [];

    /// <summary>Goals that both sides carry.</summary>
    [Id(4)] public IReadOnlyList<int> SharedGoals { get; init; } = [];

    /// <summary>The need's sentence that is most like the offer.</summary>
    [Id(5)] public string NeedSentence { get; init; } = "";

    /// <summary>The offer's sentence that is most like the need.</summary>
    [Id(6)] public string OfferSentence { get; init; } = "";

    /// <summary>Goals that both texts speak of, tagged or not.</summary>
    [Id(7)] public IReadOnlyList<int> InferredGoals { get; init; } = [];

    /// <summary>Areas of focus that both texts speak of, tagged or not.</summary>
    [Id(8)] public IReadOnlyList<string> InferredAreas { get; init; } = [];

    /// <summary>What would change the score, and to what.</summary>
    [Id(9)] public IReadOnlyList<ScoreChange> Changes { get; init; } = [];

    /// <summary>How the pair stood before the need or the model changed last; null when neither did, and but in explanations of one pair.</summary>
    [Id(10)] public RankChange? RankChange { get; init; }
}

/// <summary>One proposed pair, seen from either side.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.Suggestion")]
public sealed record Suggestion
{
    /// <summary>The need's name; empty for a preview.</summary>
    [Id(0)] public string Need { get; init; } = "";

    /// <summary>The offer's name.</summary>
    [Id(1)] public string Offer { get; init; } = "";

    /// <summary>Calibrated: of the pairs scored 0.8, about 80 % are relevant. 0 to 1.</summary>
    [Id(2)] public double Score { get; init; }

    /// <summary>1 for the best; 0 for an explained pair that is not in the need's list.</summary>
    [Id(3)] public int Rank { get; init; }

    /// <summary>The model that scored it.</summary>
    [Id(4)] public string ModelVersion { get; init; } = "";

    /// <summary>Empty unless re-ranking for exposure moved it; then says so, with the relevance it cost.</summary>
    [Id(5)] public string ExposureNote { get; init; } = "";

    /// <summary>Why.</summary>
    [Id(6)] public Explanation Explanation { get; init; } = new();

    /// <summary>Title of the other side: the offer's in suggestions, the need's in prospects.</summary>
    [Id(7)] public string Title { get; init; } = "";

    /// <summary>Country of the other side, ISO 3166-1 alpha-2, upper case.</summary>
    [Id(8)] public string Country { get; init; } = "";
}

/// <summary>Said instead of suggestions when nothing passes the threshold.</summary>
/// <param name="Reason">A sentence for a person: what was closest and why it is weak.</param>
/// <param name="Threshold">The score a pair had to reach.</param>
/// <param name="ClosestOffer">The best item below it; empty when nothing was comparable.</param>
/// <param name="ClosestScore">Its score.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Abstention")]
public sealed record Abstention(
    [property: Id(0)] string Reason,
    [property: Id(1)] double Threshold,
    [property: Id(2)] string ClosestOffer,
    [property: Id(3)] double ClosestScore);

/// <summary>A page of suggestions or an abstention.</summary>
/// <param name="Suggestions">Best first; empty when <paramref name="Abstention"/> is set.</param>
/// <param name="Abstention">Set when nothing passes.</param>
/// <param name="NextPageToken">Empty on the last page.</param>
/// <param name="AsOf">Changes up to this moment are in the answer.</param>
/// <param name="Unreachable">Partitions of the index that did not answer in time and whose items are missing.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SuggestionPage")]
public sealed record SuggestionPage(
    [property: Id(0)] IReadOnlyList<Suggestion> Suggestions,
    [property: Id(1)] Abstention? Abstention,
    [property: Id(2)] string NextPageToken,
    [property: Id(3)] DateTimeOffset AsOf,
    [property: Id(4)] int Unreachable = 0);

/// <summary>How many, and in which language to explain.</summary>
/// <param name="PageSize">0 is the default 10, more than 100 is 100.</param>
/// <param name="PageToken">Empty, or the token of the page before.</param>
/// <param name="MinScore">Replaces the model's threshold, 0 to 1; null leaves it.</param>
/// <param name="LanguageCode">en, es, pt or fr for explanations; anything else reads as en.</param>
/// <param name="Constraints">What the answers must be like.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SuggestionQuery")]
public sealed record SuggestionQuery(
    [property: Id(0)] int PageSize,
    [property: Id(1)] string PageToken,
    [property: Id(2)] double? MinScore,
    [property: Id(3)] string LanguageCode,
    [property: Id(4)] SuggestionConstraints Constraints);

/// <summary>What suggested items must be like; an empty list allows all.</summary>
/// <param name="Maturities">How far an offer is. Needs have no maturity, so that prospects are never constrained by it.</param>
/// <param name="Countries">Where it comes from, ISO 3166-1 alpha-2, upper case.</param>
/// <param name="Languages">Language of its text: en, es, pt or fr.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SuggestionConstraints")]
public sealed record SuggestionConstraints(
    [property: Id(0)] IReadOnlyList<Maturity> Maturities, [property: Id(1)] IReadOnlyList<string> Countries, [property: Id(2)] IReadOnlyList<string> Languages)
{
    /// <summary>Everything is allowed.</summary>
    public static SuggestionConstraints None { get; } = new([], [], []);

    /// <summary>Whether everything is allowed.</summary>
    public bool IsEmpty => Maturities.Count + Countries.Count + Languages.Count == 0;
}

/// <summary>A goal or an area that a text may be about.</summary>
/// <param name="Code">The goal's number or the area's slug.</param>
/// <param name="Probability">0 to 1.</param>
/// <param name="Terms">Words of the text that speak for it, strongest first.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SuggestedCode")]
public sealed record SuggestedCode([property: Id(0)] string Code, [property: Id(1)] double Probability, [property: Id(2)] IReadOnlyList<string> Terms);

/// <summary>What a text is about.</summary>
/// <param name="Goals">Every goal, best first.</param>
/// <param name="Areas">Every area of focus, best first.</param>
/// <param name="ModelVersion">The model that read it.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SuggestedCodes")]
public sealed record SuggestedCodes([property: Id(0)] IReadOnlyList<SuggestedCode> Goals, [property: Id(1)] IReadOnlyList<SuggestedCode> Areas, [property: Id(2)] string ModelVersion);

/// <summary>Computes suggestions; stores nothing. Answers within seconds or not at all, so that a front end without silos says so.</summary>
[Alias("cooperanet.IMatchmakerGrain")]
public interface IMatchmakerGrain : IGrainWithIntegerKey
{
    private const string Within = "00:00:10";

    /// <summary>Offers for a need that is not stored. <paramref name="requester"/>'s own offers are left out.</summary>
    [Alias("Preview"), ResponseTimeout(Within)]
    Task<SuggestionPage> PreviewAsync(ItemContent need, ParentId? requester, SuggestionQuery query, CancellationToken cancellationToken);

    /// <summary>Offers for a stored need: its kept list when that is current, else computed now. Throws NotFound, NotPermitted, WrongState (withdrawn).</summary>
    [Alias("ListSuggestions"), ResponseTimeout(Within)]
    Task<SuggestionPage> ListSuggestionsAsync(ItemId need, SuggestionQuery query, Caller caller, CancellationToken cancellationToken);

    /// <summary>One text for each need, which changes whenever the need's suggestions do. At most 1,000 needs.</summary>
    [Alias("Versions"), ResponseTimeout(Within)]
    Task<IReadOnlyList<string>> GetVersionsAsync(IReadOnlyList<ItemId> needs, CancellationToken cancellationToken);

    /// <summary>Needs for a stored offer. Throws NotFound, NotPermitted, WrongState (withdrawn).</summary>
    [Alias("ListProspects"), ResponseTimeout(Within)]
    Task<SuggestionPage> ListProspectsAsync(ItemId offer, SuggestionQuery query, Caller caller, CancellationToken cancellationToken);

    /// <summary>Scores and explains one pair, whatever its score; one side must be the caller's business. Throws NotFound, NotPermitted.</summary>
    [Alias("Explain"), ResponseTimeout(Within)]
    Task<Suggestion> ExplainAsync(ItemId need, ItemId offer, string languageCode, Caller caller, CancellationToken cancellationToken);

    /// <summary>Goals and areas of a text, with the words that speak for them; the language is detected when empty. Throws Invalid.</summary>
    [Alias("SuggestCodes"), ResponseTimeout(Within)]
    Task<SuggestedCodes> SuggestCodesAsync(string text, string languageCode, CancellationToken cancellationToken);

    /// <summary>What an item's text speaks of and its tags lack: goals when it has none or SDG 17 only, areas when it has none or "Other" only.</summary>
    [Alias("ProposeTags"), ResponseTimeout(Within)]
    Task<SuggestedCodes> ProposeTagsAsync(ItemContent item, CancellationToken cancellationToken);
}
