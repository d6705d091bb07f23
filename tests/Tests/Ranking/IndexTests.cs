using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Ranking;
using CsCheck;

namespace CooperaNet.Matching.Tests.Ranking;

public class IndexTests
{
    private static readonly Fusion Fusion = new(-3, [6, 2, 1, 1], 0.3f);
    private static readonly TagRarity Rarity = new([.. Enumerable.Range(0, 11).Select(i => 1f + (i * 0.1f))], [.. Enumerable.Range(0, 17).Select(i => 0.5f + (i * 0.1f))]);
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<SparseVector> Vectors = Gen.SortedDictionary(Gen.Int[0, 60], Gen.Float[0.1f, 1f])[0, 12].Select(terms => SparseVector.Strongest(terms.Keys.ToArray(), terms.Values.ToArray(), 12));
    private static readonly Gen<Encoding> Encodings = Gen.Select(Vectors, Vectors).Select((terms, grams) => new Encoding(terms, grams));

    private static readonly Gen<(IndexedItem Item, Encoding Encoding)> Items = Gen.Select(Gen.Int[0, 40], Encodings, Gen.Int[0, 2047], Gen.Int[0, (1 << 17) - 1], Gen.Int[-900, 30])
        .Select((id, encoding, areas, goals, age) => (new IndexedItem($"authorities/pe/offers/o{id}", id % 5 == 0 ? "authorities/bb" : "authorities/pe", "PE", areas, goals, Now.AddDays(Math.Min(0, age)), age > 20 ? Now.AddDays(-1) : null), encoding));

    /// <summary>Whatever is put in, replaced and taken out, in whatever batches: the index answers what scoring every item one by one answers.</summary>
    [Fact]
    public void The_index_equals_a_naive_scan() => Gen.Select(Items.List[0, 60], Gen.Int[0, 40].List[0, 20], Encodings, Gen.Int[1, 8]).Sample((items, removed, query, batch) =>
    {
        var index = new PartitionIndex();
        var model = new Dictionary<string, (IndexedItem Item, Encoding Encoding)>();
        foreach (var chunk in items.Chunk(batch))
        {
            var distinct = chunk.DistinctBy(item => item.Item.Name).ToList();
            var gone = removed.Take(chunk.Length).Select(id => $"authorities/pe/offers/o{id}").Where(name => distinct.All(item => item.Item.Name != name)).ToList();
            index.Apply(distinct, gone);
            distinct.ForEach(item => model[item.Item.Name] = item);
            gone.ForEach(name => model.Remove(name));
        }

        var asked = new IndexQuery(query, 5, 1 << 16 | 9, "authorities/bb", 10, 0, Now, Now.AddDays(-730));
        var expected = model.Values.Where(item => item.Item.Parent != "authorities/bb" && !(item.Item.ExpireTime <= Now))
            .Select(item => (item.Item.Name, Score: Fusion.Score(
                new(query.Terms.Dot(item.Encoding.Terms), query.Grams.Dot(item.Encoding.Grams), Rarity.OfAreas(5, item.Item.Areas), Rarity.OfGoals(1 << 16 | 9, item.Item.Goals)),
                item.Item.ConfirmTime < Now.AddDays(-730))))
            .OrderByDescending(item => item.Score).ThenBy(item => item.Name, StringComparer.Ordinal).Take(10).ToList();
        var hits = index.Snapshot.Search(asked, Fusion, Rarity);
        return hits.Count == expected.Count && hits.Zip(expected).All(pair => Math.Abs(pair.First.Score - pair.Second.Score) < 1e-5) && index.Count == model.Count;
    });

    [Fact]
    public void Contributions_add_up_to_the_score()
    {
        var signals = new Signals(0.3, 0.2, 0.5, 0.1);

        var sum = Fusion.Contributions(signals, stale: true).Sum(part => part.Value);

        Assert.Equal(Fusion.Score(signals, stale: true), 1 / (1 + Math.Exp(-sum)), precision: 12);
    }

    [Fact]
    public void Rare_tags_say_more_than_common_ones()
    {
        Assert.True(Rarity.OfGoals(1 << 16, 1 << 16) > Rarity.OfGoals(1, 1));
        Assert.Equal(0, Rarity.OfGoals(0b10, 0b01));
        Assert.Equal(0.5, new TagRarity(new float[11], [2, .. new float[16]]).OfGoals(1, 1)); // by hand: 4 / (4 + 4)
    }

    [Fact]
    public void An_encoding_survives_its_bytes() => Encodings.Sample(encoding =>
    {
        var read = Encoding.FromBytes(encoding.ToBytes());
        return read.Terms.Ids.SequenceEqual(encoding.Terms.Ids) && read.Grams.Weights.Zip(encoding.Grams.Weights).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3);
    });
}
