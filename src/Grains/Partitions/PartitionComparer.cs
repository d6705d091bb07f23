using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Items;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

/// <summary>An item of which index and register say different things.</summary>
/// <param name="Kind">How they differ.</param>
/// <param name="Change">What the follower takes in to mend it; the storage id of a superfluous item is 0, which is none, so that it goes.</param>
internal readonly record struct PartitionDifference(DifferenceKind Kind, ItemChange Change);

/// <summary>The differences up to a name.</summary>
/// <param name="Compared">Published items that were looked at.</param>
/// <param name="Differences">By name.</param>
/// <param name="Next">Behind which name to go on; empty at the end.</param>
internal sealed record PartitionDifferences(int Compared, IReadOnlyList<PartitionDifference> Differences, string Next);

/// <summary>
/// Compares a partition's index with the register, a page of names at a time. The texts themselves are not compared: an index doesn't know
/// of which revision its encodings are.
/// </summary>
internal sealed class PartitionComparer(PublishedReader register, QueryPool pool, IOptions<MatchingOptions> options)
{
    private const int Page = 1_000;
    private const int MaxRepaired = 100; // within a call

    /// <summary>Compares the items behind a name. The index must not be changed meanwhile.</summary>
    /// <param name="partition">Its number.</param>
    /// <param name="indexes">Its indexes.</param>
    /// <param name="watermark">How far they follow; what changed behind it is no difference.</param>
    /// <param name="after">The name before the first.</param>
    /// <param name="repair">Whether the differences are to be mended: then only so many are told as a call can mend.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<PartitionDifferences> CompareAsync(int partition, PartitionIndexes indexes, Position watermark, string after, bool repair, CancellationToken cancellationToken)
    {
        var partitions = options.Value.Partitions;
        var published = await register.ReadAsync(partition, partitions, after, Page, cancellationToken);
        var held = await pool.QueryAsync(() => indexes.Offers.Snapshot.ReadAfter(after, Page).Concat(indexes.Needs.Snapshot.ReadAfter(after, Page)).OrderBy(item => item.Name, StringComparer.Ordinal).Take(Page).ToList(), cancellationToken);
        var end = Earlier(published.Count < Page ? "" : published[^1].Name, held.Count < Page ? "" : held[^1].Name);
        var (wanted, found) = (published.Where(item => IsWithin(item.Name, end)).ToDictionary(item => item.Name), held.Where(item => IsWithin(item.Name, end)).ToLookup(item => item.Name));

        var differing = wanted.Values.Where(item => !found.Contains(item.Name)).Select(item => new PartitionDifference(DifferenceKind.Missing, new(item.Id, item.Name)))
            .Concat(wanted.Values.Where(item => found[item.Name].Any(other => other != Indexed(item))).Select(item => new PartitionDifference(DifferenceKind.Outdated, new(item.Id, item.Name))))
            .Concat(found.Where(item => !wanted.ContainsKey(item.Key)).Select(item => new PartitionDifference(DifferenceKind.Superfluous, new(0, item.Key))))
            .OrderBy(difference => difference.Change.Name, StringComparer.Ordinal).ToList();
        if (differing.Count > 0)
        {
            var changed = await register.FindChangedAsync(partition, partitions, watermark, differing.ConvertAll(difference => difference.Change.Name), cancellationToken);
            differing.RemoveAll(difference => changed.Contains(difference.Change.Name));
        }

        if (repair && differing.Count > MaxRepaired)
        {
            differing = differing[..MaxRepaired];
            end = differing[^1].Change.Name;
        }

        return new(wanted.Keys.Count(name => IsWithin(name, end)), differing, end);
    }

    private static string Earlier(string one, string other) => one.Length == 0 ? other : other.Length == 0 || string.CompareOrdinal(one, other) < 0 ? one : other;

    private static bool IsWithin(string name, string end) => end.Length == 0 || string.CompareOrdinal(name, end) <= 0;

    private static IndexedItem Indexed(PublishedItem item)
    {
        var content = new ItemContent { AreasOfFocus = item.AreasOfFocus, Goals = item.Goals };
        return new(item.Name, item.Parent, item.Country, PartitionSearch.Areas(content), PartitionSearch.Goals(content), (int)item.Maturity, item.ConfirmTime, item.ExpireTime);
    }
}
