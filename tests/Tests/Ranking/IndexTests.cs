using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CsCheck;

namespace CooperaNet.Matching.Tests.Ranking;

public class IndexTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly MatchingModel Model = ShippedModel.Instance;

    // Terms of one English word and its translations, so that texts agree across languages, and a few unknown ones.
    private static readonly int[] Terms = [.. Enumerable.Range(0, 40).SelectMany(i => Model.Translations.Of(1_000 + (50 * i)).Take(2).Select(link => link.Term).Append(1_000 + (50 * i))).Distinct().Order(), Model.Vocabulary.Count + 7, Model.Vocabulary.Count + 9];

    private static readonly Gen<sbyte[]> Codes = Gen.SByte[-24, 24].Array[SemanticCode.Length];
    private static readonly Gen<Encoding> Encodings = Gen.Select(Vectors([.. Terms]), Vectors([.. Enumerable.Range(0, 60)]), Gen.Int[0, 3], Codes)
        .Select((terms, concepts, language, code) => new Encoding(language, terms, Model.Translations.Lengths(terms, language), concepts, code));

    private static readonly Gen<(IndexedItem Item, Encoding Encoding)> Items = Gen.Select(Gen.Int[0, 40], Encodings, Gen.Int[0, 2047], Gen.Int[0, (1 << 17) - 1], Gen.Int[-900, 30])
        .Select((id, encoding, areas, goals, age) => (
            new IndexedItem($"authorities/pe/offers/o{id}", id % 5 == 0 ? "authorities/bb" : "authorities/pe", id % 3 == 0 ? "BB" : "PE", areas, goals, 1 + (id % 3), Now.AddDays(Math.Min(0, age)), age > 20 ? Now.AddDays(-1) : null),
            encoding with { Terms = Rounded(encoding.Terms), Concepts = Rounded(encoding.Concepts) }));

    private static readonly Gen<IndexConstraints> Constraints = Gen.Select(Gen.Int[0, 15], Gen.Int[0, 15], Gen.Bool)
        .Select((maturities, languages, country) => new IndexConstraints(maturities & 14, languages, country ? new HashSet<string> { "PE" } : []));

    /// <summary>Whatever is put in, replaced and taken out, in whatever batches: the index answers what scoring every item one by one answers.</summary>
    [Fact]
    public void The_index_equals_a_naive_scan() => Gen.Select(Items.List[0, 60], Gen.Int[0, 40].List[0, 20], Encodings, Constraints, Gen.Int[1, 8], Gen.Bool).Sample((items, removed, query, constraints, batch, tagged) =>
    {
        var (areas, goals) = tagged ? (5, 1 << 16 | 9) : (0, 0);
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

        var asked = new IndexQuery(query, areas, goals, constraints, "authorities/bb", 10, 0, Now, Now.AddDays(-730));
        var expected = model.Values.Where(item => item.Item.Parent != "authorities/bb" && !(item.Item.ExpireTime <= Now) && Allows(constraints, item))
            .Select(item => (item.Item.Name, Score: Model.Fusion.Of(query.Language, item.Encoding.Language).Score(
                PairSignals.Of(Model, query, item.Encoding, areas, item.Item.Areas, goals, item.Item.Goals), item.Item.ConfirmTime < Now.AddDays(-730))))
            .OrderByDescending(item => item.Score).ThenBy(item => item.Name, StringComparer.Ordinal).Take(10).ToList();
        var hits = index.Snapshot.Search(asked, Model);
        return hits.Count == expected.Count && hits.Zip(expected).All(pair => Math.Abs(pair.First.Score - pair.Second.Score) < 1e-5 && expected.Any(other => other.Name == pair.First.Name && Math.Abs(other.Score - pair.First.Score) < 1e-5)) && index.Count == model.Count;
    });

    /// <summary>Several chunks of several blocks: filters step over ranges of items and their postings, and threads share blocks.</summary>
    [Fact]
    public async Task Many_items_are_filtered_like_few()
    {
        var random = new Random(3);
        string[] countries = ["AG", "BB", "PE", "UY"];
        var kinds = Encodings.Array[500].Single(_ => true, "0000000000001");
        var items = Enumerable.Range(0, 90_000).Select(i =>
        {
            var encoding = kinds[random.Next(kinds.Length)];
            return (Item: new IndexedItem($"{i:000000}", random.Next(9) == 0 ? "own" : "", countries[random.Next(4)], 1 << random.Next(11), 1 << random.Next(17), 1 + random.Next(3), Now.AddDays(-random.Next(1_000)), null),
                Encoding: encoding with { Terms = Rounded(encoding.Terms), Concepts = Rounded(encoding.Concepts) });
        }).ToList();
        var index = new PartitionIndex();
        items.Chunk(21_000).ToList().ForEach(chunk => index.Apply(chunk, []));
        List<string> removed = [.. items.Where(_ => random.Next(20) == 0).Select(item => item.Item.Name)];
        index.Apply([], removed);
        var left = items.ExceptBy(removed, item => item.Item.Name).ToList();
        (int Areas, int Goals)[] tags = [(5, 9), (0, 0)];
        foreach (var (constraints, (areas, goals)) in ((IndexConstraints[])[IndexConstraints.None, new(0, 0, new HashSet<string> { "BB" }), new(4, 0, new HashSet<string>()), new(8, 2, new HashSet<string> { "AG", "UY" }), new(2, 5, new HashSet<string> { "PE" })]).SelectMany(constraints => tags.Select(tag => (constraints, tag))))
        {
            var query = new IndexQuery(kinds[0], areas, goals, constraints, "own", 10, 0, Now, Now.AddDays(-730));
            var expected = left.Where(item => item.Item.Parent != "own" && Allows(constraints, item))
                .Select(item => Model.Fusion.Of(query.Encoding.Language, item.Encoding.Language).Score(PairSignals.Of(Model, query.Encoding, item.Encoding, areas, item.Item.Areas, goals, item.Item.Goals), item.Item.ConfirmTime < query.StaleBefore)).OrderDescending().Take(10);

            var found = index.Snapshot.Search(query, Model);
            var shared = (await index.Snapshot.SearchAsync([query, query], Model, threads: 3))[1];

            Assert.Equal(expected, found.Select(hit => hit.Score), (left, right) => Math.Abs(left - right) < 1e-5);
            Assert.Equal(found, shared);
        }
    }

    /// <summary>The first pass reads half of each code: it must not lose who belongs among the ten best.</summary>
    [Fact]
    public void Of_many_items_the_best_ten_are_found()
    {
        var random = new Random(5);
        sbyte[] Near(sbyte[] code, int spread) => [.. code.Select(value => (sbyte)Math.Clamp(value + random.Next(-spread, spread + 1), -127, 127))];
        sbyte[] Any() => [.. Enumerable.Range(0, SemanticCode.Length).Select(_ => (sbyte)random.Next(-36, 37))];
        var empty = new SparseVector([], []);
        Encoding Encoded(sbyte[] code) => new(1, empty, [1, 1, 1, 1], empty, code);
        var found = 0;
        for (var round = 0; round < 20; round++)
        {
            var query = Encoded(Any());
            var items = Enumerable.Range(0, 3_000).Select(i => (Item: new IndexedItem($"{i:0000}", "", "", 0, 0, 1, default, null), Encoding: Encoded(Near(query.Code, 20 + (i % 100))))).ToList();
            var index = new PartitionIndex();
            items.Chunk(700).ToList().ForEach(chunk => index.Apply(chunk, []));
            var best = items.OrderByDescending(item => Model.Fusion.Of(1, 1).LogOdds(PairSignals.Of(Model, query, item.Encoding))).Take(10).Select(item => item.Item.Name).ToHashSet();
            found += index.Snapshot.Search(new IndexQuery(query, 0, 0, IndexConstraints.None, "none", 10, 0, Now, default), Model).Count(hit => best.Contains(hit.Name));
        }

        Assert.InRange(found, 198, 200);
    }

    [Fact]
    public void Several_queries_at_once_get_what_each_gets_alone() => Gen.Select(Items.List[0, 60], Encodings.List[1, 4]).Sample((items, queries) =>
    {
        var index = new PartitionIndex();
        index.Apply([.. items.DistinctBy(item => item.Item.Name)], []);
        List<IndexQuery> asked = [.. queries.Select(query => new IndexQuery(query, 5, 9, IndexConstraints.None, "", 10, 0, Now, default))];
        return index.Snapshot.Search(asked, Model).Zip(asked).All(pair => pair.First.SequenceEqual(index.Snapshot.Search(pair.Second, Model)));
    });

    [Fact]
    public void Codes_survive_their_planes_and_every_machine_computes_the_same_products() => Gen.Select(Gen.SByte[-127, 127].Array[SemanticCode.Length], Gen.SByte[-127, 127].Array[SemanticCode.Length]).Sample((code, other) =>
    {
        var planes = new CodePlanes(2);
        planes.Set(1, code);
        var (read, query) = (new sbyte[SemanticCode.Length], new CoarseQuery(other));
        planes.Get(1, read);
        return read.SequenceEqual(code) && planes.Portable(query, 1) == planes.Preferred(query, 1);
    });

    /// <summary>A name that is put in again replaces the item, whichever block holds it.</summary>
    [Fact]
    public void A_full_block_is_left_alone_and_a_sparse_one_is_cleared()
    {
        var encoding = new Encoding(1, new([], []), [1, 1, 1, 1], new([], []), new sbyte[SemanticCode.Length]);
        List<(IndexedItem, Encoding)> Some(int from, int count) => [.. Enumerable.Range(from, count).Select(i => (new IndexedItem($"{i:000000}", "", "PE", 0, 0, 1, Now, null), encoding))];
        var index = new PartitionIndex();

        index.Apply(Some(0, 70_000), []);
        index.Apply(Some(10, 3), ["000000", "069999"]);
        Assert.Equal(69_998, index.Count);
        index.Apply([], [.. Enumerable.Range(0, 60_000).Select(i => $"{i:000000}")]);

        Assert.Equal(9_999, index.Count);
        Assert.Equal("060000", index.Snapshot.Search(new IndexQuery(encoding, 0, 0, IndexConstraints.None, "none", 1, 0, Now, default), Model).Single().Name);
    }

    [Fact]
    public void A_change_that_fails_changes_nothing()
    {
        var encoding = new Encoding(1, new([], []), [1, 1, 1, 1], new([], []), new sbyte[SemanticCode.Length]);
        (IndexedItem, Encoding) Item(string name, Encoding of) => (new IndexedItem(name, "", "PE", 0, 0, 1, Now, null), of);
        var index = new PartitionIndex();
        index.Apply([Item("a", encoding), Item("b", encoding)], []);

        Assert.ThrowsAny<Exception>(() => index.Apply([Item("a", encoding with { Code = [] })], ["b"]));
        Assert.Equal(["a", "b"], index.Names.Order());
        index.Apply([Item("a", encoding)], ["b"]);

        Assert.Equal(["a"], index.Names);
        Assert.Equal("a", index.Snapshot.Search(new IndexQuery(encoding, 0, 0, IndexConstraints.None, "none", 9, 0, Now, default), Model).Single().Name);
    }

    [Fact]
    public void A_pair_scores_the_same_from_both_sides() => Gen.Select(Encodings, Encodings).Sample((left, right) =>
        Math.Abs(Model.Fusion.Of(left.Language, right.Language).Score(PairSignals.Of(Model, left, right)) - Model.Fusion.Of(right.Language, left.Language).Score(PairSignals.Of(Model, right, left))) < 1e-6);

    [Fact]
    public void Contributions_add_up_to_the_score() => Gen.Select(Encodings, Encodings, Gen.Bool).Sample((left, right, stale) =>
    {
        var (pair, signals) = (Model.Fusion.Of(left.Language, right.Language), PairSignals.Of(Model, left, right, 3, 3, 9, 9));
        var sum = pair.Contributions(signals, stale).Sum(part => part.Value);
        return Math.Abs(pair.Score(signals, stale) - (1 / (1 + Math.Exp(-sum)))) < 1e-9;
    });

    [Fact]
    public void Doubt_never_raises_a_score_above_the_ceiling()
    {
        var pair = new PairWeights(0, 2, 0.7f, [1, 1, 1, 1, 1, 1]);

        Assert.Equal(0.7 / 2, pair.Score(new(0, 0, 0, 0, 0, 0)), precision: 6); // by hand: 0.7 times one half
        Assert.InRange(pair.Score(new(0, 1, 20, 1, 0, 0)), 0.69, 0.7);
        Assert.True(pair.Score(new(1, 1.5, 20, 1, 0, 0)) > pair.Score(new(0, 1.5, 20, 1, 0, 0))); // the same text in other words is beyond doubt
    }

    [Fact]
    public void Rare_tags_say_more_than_common_ones()
    {
        var rarity = new TagRarity([.. Enumerable.Range(0, 11).Select(i => 1f + (i * 0.1f))], [.. Enumerable.Range(0, 17).Select(i => 0.5f + (i * 0.1f))], 0.2f, 0.2f);

        Assert.True(rarity.OfGoals(1 << 16, 1 << 16) > rarity.OfGoals(1, 1));
        Assert.Equal(-0.2, rarity.OfGoals(0b10, 0b01), precision: 6); // nothing shared: less than usual
        Assert.Equal(0, rarity.OfGoals(0, 0b01)); // without tags nothing is said
        Assert.Equal(0, (rarity with { UsualGoals = 0.9f }).OfGoals(0b01, 0b01)); // the same tags never speak against a pair
        Assert.Equal(0.4, new TagRarity(new float[11], [2, .. new float[16]], 0, 0.1f).OfGoals(1, 1), precision: 6); // by hand: 4 / (4 + 4) - 0.1
    }

    [Fact]
    public void An_encoding_survives_its_bytes() => Encodings.Sample(encoding =>
    {
        var read = Encoding.FromBytes(encoding.ToBytes());
        return read.Language == encoding.Language && read.Code.SequenceEqual(encoding.Code) && read.Lengths.SequenceEqual(encoding.Lengths) && read.Terms.Ids.SequenceEqual(encoding.Terms.Ids)
            && read.Concepts.Weights.Zip(encoding.Concepts.Weights).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3);
    });

    [Fact]
    public void The_product_of_codes_is_exact() => Gen.Select(Codes, Codes).Sample((left, right) =>
        SemanticCode.Product(left, right) == left.Zip(right, (l, r) => l * r).Sum());

    private static Gen<SparseVector> Vectors(int[] ids) => Gen.SortedDictionary(Gen.Int[0, ids.Length - 1].Select(i => ids[i]), Gen.Float[0.1f, 1f])[0, 12].Select(terms => SparseVector.Strongest(terms.Keys.ToArray(), terms.Values.ToArray(), 12, out _));

    /// <summary>As postings keep it.</summary>
    private static SparseVector Rounded(SparseVector vector) => new(vector.Ids, [.. vector.Weights.Select(Postings.Round)]);

    private static bool Allows(IndexConstraints constraints, (IndexedItem Item, Encoding Encoding) item) =>
        (constraints.Maturities == 0 || (constraints.Maturities >> item.Item.Maturity & 1) == 1)
        && (constraints.Languages == 0 || (constraints.Languages >> item.Encoding.Language & 1) == 1)
        && (constraints.Countries.Count == 0 || constraints.Countries.Contains(item.Item.Country));
}
