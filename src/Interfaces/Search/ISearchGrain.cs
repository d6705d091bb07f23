using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.Search;

/// <summary>What a free-text search asks for.</summary>
/// <param name="Text">1 to 500 characters.</param>
/// <param name="LanguageCode">The text's language, for its stop words; detected when empty.</param>
/// <param name="Filter">AIP-160; empty for all.</param>
/// <param name="PageSize">Hits a page, at least 0; 0 is the default 20, more than 100 is 100.</param>
/// <param name="PageToken">Empty, or the token of the page before.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SearchQuery")]
public sealed record SearchQuery(
    [property: Id(0)] string Text, [property: Id(1)] string LanguageCode, [property: Id(2)] string Filter, [property: Id(3)] int PageSize, [property: Id(4)] string PageToken);

/// <summary>A piece of a text, and whether it is one of the words that were looked for.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.SearchPart")]
public readonly record struct SearchPart([property: Id(0)] string Text, [property: Id(1)] bool Found);

/// <summary>A published item that holds words of the query.</summary>
/// <param name="Item">The item.</param>
/// <param name="Score">Above 0, at most 1.</param>
/// <param name="Title">The whole title.</param>
/// <param name="Snippet">The summary's sentence that holds most of the words.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SearchHit")]
public sealed record SearchHit([property: Id(0)] Item Item, [property: Id(1)] double Score, [property: Id(2)] IReadOnlyList<SearchPart> Title, [property: Id(3)] IReadOnlyList<SearchPart> Snippet);

/// <summary>One page of hits.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="NextPageToken">Empty at the end.</param>
/// <param name="Unreachable">Partitions of the index that did not answer in time and whose items are missing.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SearchPage")]
public sealed record SearchPage([property: Id(0)] IReadOnlyList<SearchHit> Hits, [property: Id(1)] string NextPageToken, [property: Id(2)] int Unreachable);

/// <summary>Searches the published items by words, from the index.</summary>
[Alias("cooperanet.ISearchGrain")]
public interface ISearchGrain : IGrainWithIntegerKey
{
    /// <summary>One page of hits, best first. Throws Invalid for a text, filter, size or token that cannot be read.</summary>
    [Alias("Search")]
    Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellationToken);
}
