using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Index;

/// <summary>One query, made ready for passes over blocks, and what comes of their candidates.</summary>
/// <param name="query">What is asked.</param>
/// <param name="model">What encoded it and the items.</param>
/// <param name="items">How many items there are.</param>
internal sealed class Scan(IndexQuery query, MatchingModel model, int items)
{
    private const int MinCandidates = 200;
    private const int CandidatesPerAnswer = 4;

    public IndexQuery Query => query;

    public MatchingModel Model => model;

    public CoarseQuery Code { get; } = new(query.Encoding.Code);

    /// <summary>The query's terms as they may stand in items of any language.</summary>
    public SparseVector Translated { get; } = model.Translations.Translate(query.Encoding.Terms);

    /// <summary>How many candidates a first pass keeps.</summary>
    public int CandidateCount { get; } = Math.Min(items, Math.Max(MinCandidates, CandidatesPerAnswer * query.Count));

    /// <summary>The best of the candidates, scored exactly, best first; below the query's threshold only the very best, so that an abstention can say what was closest.</summary>
    /// <param name="candidates">Of all passes together, in any order; of more than <see cref="CandidateCount"/> the best.</param>
    public IReadOnlyList<Hit> ToHits(IEnumerable<Candidate> candidates) =>
    [
        .. candidates.Order(Candidate.BestFirst).Take(CandidateCount).Select(candidate =>
        {
            var signals = candidate.Block.Exact(this, candidate);
            return (Candidate: candidate with { Score = WeightsOf(candidate).LogOdds(signals, IsStale(candidate)) }, Signals: signals);
        }).OrderBy(scored => scored.Candidate, Candidate.BestFirst).Take(Math.Max(1, query.Count)).Select(best => new Hit(
            best.Candidate.Block.Items.NameOf(best.Candidate.Ordinal), best.Candidate.Block.Items.CountryOf(best.Candidate.Ordinal), best.Candidate.Block.Items.LanguageOf(best.Candidate.Ordinal),
            1 / (1 + Math.Exp(-best.Candidate.Score)), best.Signals, IsStale(best.Candidate))).Where((hit, place) => place == 0 || hit.Score >= query.MinScore),
    ];

    private PairWeights WeightsOf(in Candidate candidate) => model.Fusion.Of(query.Encoding.Language, candidate.Block.Items.LanguageOf(candidate.Ordinal));

    private bool IsStale(in Candidate candidate) => candidate.Block.Items.IsStale(candidate.Ordinal, query.StaleBefore);
}
