using System.Globalization;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Partitions;
using CooperaNet.Matching.Register;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Search;

/// <summary>Finds in the index, filters by the register, and quotes from the items as they stand.</summary>
[StatelessWorker(Workers.Max), GrainType("search")]
internal sealed class SearchGrain(PartitionSearch search, RegisterReader register, ActiveModel models) : Grain, ISearchGrain
{
    private const int MaxText = 500;
    private const int MaxHits = 1_000;
    private const int DefaultPageSize = 20;
    private const int MaxPageSize = 100;

    public async Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        if (query.Text.Trim().Length == 0 || query.Text.Length > MaxText)
        {
            throw MatchingException.Invalid("query", $"{query.Text.Length} characters; 1 to {MaxText} are allowed.");
        }

        var size = query.PageSize switch
        {
            < 0 => throw MatchingException.Invalid("pageSize", $"{query.PageSize} is negative; 0 asks for the default of {DefaultPageSize}."),
            0 => DefaultPageSize,
            _ => Math.Min(query.PageSize, MaxPageSize),
        };
        var arguments = $"search|{query.Text}|{query.LanguageCode}|{query.Filter}";
        var skip = PageToken.ReadNumbers(query.PageToken, arguments, keys: 1, most: MaxHits) is [var offset] ? (int)offset : 0;
        var (hits, unreachable) = await search.FindAsync(query.Text, query.LanguageCode, query.Filter.Length > 0 ? MaxHits : Math.Min(MaxHits, skip + size + 1), cancellationToken);
        var passing = query.Filter.Length == 0 ? null : await register.FilterAsync([.. hits.Select(hit => hit.Name)], query.Filter, cancellationToken);
        var page = hits.Where(hit => passing?.Contains(hit.Name) ?? true).Skip(skip).Take(size + 1).ToList();
        var items = await register.ReadItemsAsync([.. page.Take(size).Select(hit => hit.Name)], cancellationToken);
        var words = TextQuery.Of(models.Current, query.Text, query.LanguageCode);
        return new(
            [.. page.Take(size).Where(hit => items.TryGetValue(hit.Name, out var item) && item.State == ItemState.Published).Select(hit => Quote(words, items[hit.Name], hit.Score))],
            page.Count > size ? PageToken.Write(arguments, (skip + size).ToString(CultureInfo.InvariantCulture)) : "",
            unreachable);
    }

    private SearchHit Quote(TextQuery words, Item item, double score)
    {
        var (title, summary, language) = (item.Content.Title, item.Content.Summary, item.Content.LanguageCode);
        return new(item, score, ToParts(Snippet.Highlight(models.Current.Analyzer, words, title, language)), ToParts(Snippet.Best(models.Current.Analyzer, words, summary, language)));
    }

    private static List<SearchPart> ToParts(IReadOnlyList<TextPart> parts) => [.. parts.Select(part => new SearchPart(part.Text, part.Found))];
}
