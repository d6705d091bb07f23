using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Taxonomy;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Suggestions;

/// <summary>Scatters queries over all partitions and gathers the best answers.</summary>
internal sealed class PartitionSearch(IGrainFactory grains, IOptions<MatchingOptions> options, QueryPool pool)
{
    /// <summary>Answers of all partitions, merged, best first; ties by name. One list a query.</summary>
    public async Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, options.Value.Partitions)
            .Select(partition => grains.GetGrain<IPartitionGrain>(partition).SearchAsync(queries, cancellationToken)));
        return new(
            [.. queries.Select((query, i) => Merge(answers.SelectMany(answer => answer.Hits[i]), query))],
            answers.Min(answer => answer.AsOf));
    }

    /// <summary>The items that hold the words of a free-text query, best first; ties by name.</summary>
    public async Task<IReadOnlyList<PartitionTextHit>> FindAsync(string text, string languageCode, int count, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, options.Value.Partitions)
            .Select(partition => grains.GetGrain<IPartitionGrain>(partition).FindAsync(text, languageCode, count, cancellationToken)));
        return [.. answers.SelectMany(answer => answer).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Name, StringComparer.Ordinal).Take(count)];
    }

    /// <summary>What the model understands of an item; a sentence model takes long and goes to the thread pool.</summary>
    public Task<Encoding> EncodeAsync(MatchingModel model, ItemContent content, CancellationToken cancellationToken)
    {
        Encoding Encode() => model.Encode(content.Title, content.Summary, content.LanguageCode);
        return model.Parts.Sentences is null ? Task.FromResult(Encode()) : pool.QueryAsync(Encode, cancellationToken);
    }

    /// <summary>The query of an item for its counterparts.</summary>
    public static PartitionQuery QueryOf(
        ItemContent content, ItemKind kind, string parent, int count, (MatchingModel Model, byte[] Data) encoding, double? minScore = null, SuggestionConstraints? constraints = null)
    {
        var model = encoding.Model;
        return new(
            kind == ItemKind.Offer ? ItemKind.Need : ItemKind.Offer,
            encoding.Data,
            Areas(content), Goals(content), parent, count, minScore ?? model.Fusion.Threshold, model.Version, constraints ?? SuggestionConstraints.None);
    }

    public static int Areas(ItemContent content) => content.AreasOfFocus.Aggregate(0, (bits, area) => bits | (1 << AreasOfFocus.PositionOf(area)));

    public static int Goals(ItemContent content) => content.Goals.Aggregate(0, (bits, goal) => bits | (1 << (goal - 1)));

    public static IndexQuery ToIndexQuery(PartitionQuery query, Freshness freshness) => new(
        Encoding.FromBytes(query.Encoding), query.Areas, query.Goals, Constraints(query), query.ExcludedParent, query.Count, query.MinScore, freshness.Now, freshness.StaleBefore);

    /// <summary>Needs have no maturity: it constrains offers only.</summary>
    private static IndexConstraints Constraints(PartitionQuery query) => query.Constraints.IsEmpty ? IndexConstraints.None : new(
        query.Answers == ItemKind.Offer ? query.Constraints.Maturities.Aggregate(0, (bits, maturity) => bits | (1 << (int)maturity)) : 0,
        query.Constraints.Languages.Aggregate(0, (bits, language) => bits | (1 << LanguageDetector.PositionOf(language))),
        query.Constraints.Countries.ToHashSet());

    /// <summary>Keeps what passes, and the closest when nothing does.</summary>
    private static PartitionHit[] Merge(IEnumerable<PartitionHit> hits, PartitionQuery query) =>
        [.. hits.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Name, StringComparer.Ordinal).Take(query.Count).Where((hit, i) => i == 0 || hit.Score >= query.MinScore)];
}
