using CooperaNet.Matching.Index;
using CsCheck;

namespace CooperaNet.Matching.Tests.Ranking;

public class FeatureTableTests
{
    /// <summary>Few different numbers, so that homes collide and the end of the table is passed.</summary>
    private static readonly Gen<int[]> Features = Gen.OneOf(Gen.Int[0, 40], Gen.Int).Array[0, 60];

    [Fact]
    public void What_was_put_in_is_found_and_nothing_else() => Gen.Select(Features, Features).Sample((present, asked) =>
    {
        var lists = present.Distinct().Select((feature, place) => KeyValuePair.Create(feature, (Start: place, Count: place + 1))).ToDictionary();
        var table = new FeatureTable(lists);
        return lists.Keys.Concat(asked).All(feature => table.TryFind(feature, out var start, out var count) == lists.TryGetValue(feature, out var list) && (start, count) == list)
            && table.All().OrderBy(entry => entry.Start).Select(entry => (entry.Feature, (entry.Start, entry.Count))).SequenceEqual(lists.OrderBy(list => list.Value.Start).Select(list => (list.Key, list.Value)));
    });
}
