using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.Register;

/// <summary>What a list asks for.</summary>
/// <param name="Parent">A parent's name, or with <c>-</c> as id all parents of its collection (<c>authorities/-</c>).</param>
/// <param name="Kind">Offers or needs.</param>
/// <param name="Filter">AIP-160; empty for all.</param>
/// <param name="OrderBy">Fields separated by commas, each with an optional <c>desc</c>; empty for the default (name).</param>
/// <param name="PageSize">Rows a page, at least 0; 0 is the default 50, more than 1,000 is 1,000.</param>
/// <param name="PageToken">Empty, or the token of the page before.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.ItemQuery")]
public sealed record ItemQuery(
    [property: Id(0)] string Parent,
    [property: Id(1)] ItemKind Kind,
    [property: Id(2)] string Filter,
    [property: Id(3)] string OrderBy,
    [property: Id(4)] int PageSize,
    [property: Id(5)] string PageToken);

/// <summary>One page.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="NextPageToken">Empty on the last page.</param>
/// <typeparam name="T">What is listed.</typeparam>
[GenerateSerializer, Immutable, Alias("cooperanet.Page`1")]
public sealed record Page<T>([property: Id(0)] IReadOnlyList<T> Rows, [property: Id(1)] string NextPageToken);

/// <summary>Reads the register: lists of items and participants, straight from the database, never from the index.</summary>
[Alias("cooperanet.IRegisterGrain")]
public interface IRegisterGrain : IGrainWithIntegerKey
{
    /// <summary>One page of items: the published ones, and of others those that the caller may see. Throws Invalid for a filter, order, size or token that cannot be read.</summary>
    [Alias("ListItems")]
    Task<Page<Item>> ListItemsAsync(ItemQuery query, Caller caller, CancellationToken cancellationToken);

    /// <summary>One page of the names of a parent's catalogue imports, newest first. Throws NotPermitted.</summary>
    [Alias("ListCatalogImports")]
    Task<Page<string>> ListCatalogImportsAsync(ParentId parent, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken);

    /// <summary>One page of participants, by name.</summary>
    [Alias("ListParticipants")]
    Task<Page<Participant>> ListParticipantsAsync(ParentKind kind, int pageSize, string pageToken, CancellationToken cancellationToken);
}
