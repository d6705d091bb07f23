using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Index;

/// <summary>One query on its way over the blocks: a first pass by rounded codes keeps candidates, which are then scored exactly.</summary>
internal sealed class Scan(IndexQuery query, MatchingModel model)
{
    private const int MinCandidates = 200;
    private const int CandidatesPerAnswer = 4;

    public IndexQuery Query => query;

    public MatchingModel Model => model;

    public CoarseQuery Code { get; } = new(query.Encoding.Code);

    /// <summary>The query's terms as they may stand in items of any language.</summary>
    public (int[] Ids, float[] Weights) Translated { get; } = model.Translations.Translate(query.Encoding.Terms);

    public TopItems Candidates { get; } = new(Math.Max(MinCandidates, CandidatesPerAnswer * query.Count));

    /// <summary>The best answers, best first; below the query's threshold only the very best, so that an abstention can say what was closest.</summary>
    public IReadOnlyList<Hit> ToHits() =>
    [
        .. Candidates.Kept().Select(candidate =>
        {
            var signals = candidate.Block.Exact(this, candidate);
            return (Candidate: candidate with { Score = WeightsOf(candidate).LogOdds(signals, IsStale(candidate)) }, Signals: signals);
        }).Order(Comparer<(Candidate Candidate, Signals Signals)>.Create((left, right) => Candidate.Compare(left.Candidate, right.Candidate))).Take(Math.Max(1, query.Count)).Select(best => new Hit(
            best.Candidate.Block.Items.NameOf(best.Candidate.Ordinal), best.Candidate.Block.Items.CountryOf(best.Candidate.Ordinal), best.Candidate.Block.LanguageOf(best.Candidate.Ordinal),
            1 / (1 + Math.Exp(-best.Candidate.Score)), best.Signals, IsStale(best.Candidate))).Where((hit, place) => place == 0 || hit.Score >= query.MinScore),
    ];

    private PairWeights WeightsOf(in Candidate candidate) => model.Fusion.Of(query.Encoding.Language, candidate.Block.LanguageOf(candidate.Ordinal));

    private bool IsStale(in Candidate candidate) => candidate.Block.Items.IsStale(candidate.Ordinal, query.StaleBefore);
}
