using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.Exchange;
using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.Tests.Exchange;

/// <summary>The sample reproduces the corrected figures of the Secretariat's update of April 2022, tag by tag.</summary>
public class SampleTests
{
    private static readonly Sample Sample = Sample.Read(Path.Combine(Repository.Root, "data", "sample"));

    [Fact]
    public void Offers_and_needs_are_as_many_as_published() =>
        Assert.Equal((229, 1, 8), (Count(row => row.Kind == ItemKind.Offer && row.Parent.StartsWith("authorities/", StringComparison.Ordinal)), Count(row => row.Parent.StartsWith("partners/", StringComparison.Ordinal)), Count(row => row.Kind == ItemKind.Need)));

    [Fact]
    public void Countries_hold_what_the_table_says() =>
        Assert.Equal("ar 102, bb 1, bs 1, cl 1, cr 1, hn 1, kn 1, pe 124, sample-partner 1, sv 1, uy 3, vc 1",
            string.Join(", ", Sample.Rows.GroupBy(row => row.Parent.Split('/')[1]).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Count()}")));

    [Fact]
    public void Area_tags_add_up_to_280() =>
        Assert.Equal([16, 16, 4, 1, 12, 13, 107, 20, 0, 0, 91], Taxonomy.AreasOfFocus.All.Select(area => Count(row => row.AreasOfFocus!.Contains(area.Key))));

    [Fact]
    public void Goal_tags_add_up_to_426() =>
        Assert.Equal([8, 33, 15, 17, 5, 10, 2, 19, 18, 11, 34, 35, 27, 26, 20, 40, 106], Enumerable.Range(1, 17).Select(goal => Count(row => row.Goals!.Contains(goal))));

    [Fact]
    public void Every_item_obeys_the_rules_and_is_marked() => Assert.All(Sample.Rows, row =>
    {
        ItemRules.Check(row.ToContent(), row.Kind);
        Assert.StartsWith("SAMPLE-", row.SourceReference, StringComparison.Ordinal);
        Assert.InRange(row.Summary.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, row.Kind == ItemKind.Offer ? 40 : 20, row.Kind == ItemKind.Offer ? 90 : 140);
    });

    [Fact]
    public void No_two_summaries_share_more_than_a_fifth_of_their_word_trigrams()
    {
        var trigrams = Sample.Rows.Select(row => (row.SourceReference, Set: Trigrams(row.Summary))).ToList();
        var alike = trigrams.SelectMany((left, i) => trigrams.Skip(i + 1).Where(right => left.Set.Intersect(right.Set).Count() > 0.2 * Math.Min(left.Set.Count, right.Set.Count))
            .Select(right => $"{left.SourceReference} ~ {right.SourceReference}"));

        Assert.Empty(alike);
    }

    private static int Count(Func<BulkRow, bool> condition) => Sample.Rows.Count(condition);

    private static HashSet<string> Trigrams(string text)
    {
        var words = text.ToLowerInvariant().Split([' ', ',', '.', ';', ':', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return [.. Enumerable.Range(0, Math.Max(0, words.Length - 2)).Select(i => string.Join(' ', words[i..(i + 3)]))];
    }
}
