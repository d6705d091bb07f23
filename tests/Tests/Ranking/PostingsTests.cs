using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CsCheck;

namespace CooperaNet.Matching.Tests.Ranking;

public class PostingsTests
{
    private static readonly SparseVector Query = new([3, 5, 7, 9, 11], [0.7f, 0.5f, 0.3f, 0.2f, 0.1f]);

    // Feature 3 in every second item, 5 in every fifth, 7 in every ninth, 9 in every fortieth, 11 in none.
    private static readonly Gen<SparseVector> Items = Gen.Select(Gen.Int[0, 1], Gen.Int[0, 4], Gen.Int[0, 8], Gen.Int[0, 39], Gen.Single[0.01f, 1].Array[4])
        .Select((third, fifth, seventh, ninth, weights) =>
        {
            List<(int Id, float Weight)> features = [(3, third), (5, fifth), (7, seventh), (9, ninth)];
            var kept = features.Zip(weights).Where(pair => pair.First.Weight == 0).ToList();
            return new SparseVector([.. kept.Select(pair => pair.First.Id)], [.. kept.Select(pair => Postings.Round(pair.Second))]);
        });

    /// <summary>Built or merged, in lists or rows, from wherever on: an item's sum is the product with the query, to the last bit.</summary>
    [Fact]
    public void Sums_are_the_products_with_the_query() => Gen.Select(Items.Array[1, 300], Gen.Int[0, 299], Gen.Int[0, 299], Gen.Int[0, 300], Gen.Int[2, 9]).Sample((items, from, to, cut, dropped) =>
    {
        var (start, end, first) = (Math.Min(Math.Min(from, to), items.Length - 1), Math.Min(Math.Max(from, to) + 1, items.Length), Math.Min(cut, items.Length));
        int Renumbered(int ordinal) => ordinal % dropped == 0 ? -1 : ordinal - (ordinal / dropped) - 1;
        var whole = Postings.Build(items);
        var merged = Postings.Merge(
            [(Postings.Build(items[first..]), [.. Enumerable.Range(first, items.Length - first).Select(Renumbered)]), (Postings.Build(items[..first]), [.. Enumerable.Range(0, first).Select(Renumbered)])],
            items.Where((_, ordinal) => Renumbered(ordinal) >= 0).Count());
        var left = items.Where((_, ordinal) => Renumbered(ordinal) >= 0).ToArray();
        return Sums(whole, start, end).SequenceEqual(items[start..end].Select(Product))
            && (left.Length <= start || Sums(merged, start, Math.Min(end, left.Length)).SequenceEqual(left[start..Math.Min(end, left.Length)].Select(Product)));
    });

    private static float[] Sums(Postings postings, int start, int end)
    {
        var cursors = new Postings.Cursor[Query.Ids.Length];
        var opened = cursors.AsSpan(0, postings.Open(Query, cursors));
        var sums = new float[end - start];
        postings.Seek(opened, start);
        postings.Accumulate(opened, start, end, sums);
        return sums;
    }

    private static float Product(SparseVector item)
    {
        var sum = 0f;
        for (var i = 0; i < Query.Ids.Length; i++)
        {
            sum += Array.IndexOf(item.Ids, Query.Ids[i]) is >= 0 and var place ? Query.Weights[i] * item.Weights[place] : 0;
        }

        return sum;
    }
}
