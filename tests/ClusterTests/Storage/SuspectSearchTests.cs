using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.ClusterTests.Storage;

public class SuspectSearchTests(ExchangeFixture exchange)
{
    private readonly CatalogImportStore store = new(exchange.Database);
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    /// <summary>Ten thousand rows in bands that are one and the same, or shared by two: each row is named its first five likenesses, whatever the number of candidates.</summary>
    [Fact]
    public async Task A_row_names_its_first_five_likenesses_however_many_share_its_bands()
    {
        const int Rows = 10_000;
        var import = await ImportAsync("many", Enumerable.Range(1, Rows).Select(row => (row, (long[])[1, 2, 10_000 + (row / 2)], (byte)(row % 3))));

        var comparisons = 0;
        await using (var search = await store.SearchSuspectsAsync(cancellation))
        {
            search.Compare(import, (left, right) => ++comparisons > 0 && left[0] == right[0], cancellation);
            await store.CloseAsync(import, search, cancellation);
        }

        Assert.InRange(comparisons, Rows, 3 * 20 * Rows);
        var last = (await store.ReadAsync(import, Rows - 1, 1, cancellation)).Single();
        Assert.Equal(["row 3", "row 6", "row 9", "row 12", "row 15"], last.SuspectedDuplicates); // 9,999 is like all multiples of three
        Assert.Equal(["row 1", "row 4"], (await store.ReadAsync(import, 7, 1, cancellation)).Single().SuspectedDuplicates);
        Assert.Equal(Rows - 3, (await store.CountAsync(import, cancellation)).SuspectedDuplicates);
    }

    [Fact]
    public async Task What_a_search_compares_is_forgotten_with_the_import()
    {
        var import = await ImportAsync("forgotten", Enumerable.Range(1, 6_000).Select(row => (row, (long[])[row], (byte)0)));
        for (var repeat = 0; repeat < 2; repeat++)
        {
            await using var search = await store.SearchSuspectsAsync(cancellation);
            var compared = 0;
            search.Compare(import, (_, _) => ++compared > 0, cancellation);
            await store.CloseAsync(import, search, cancellation);
            Assert.Equal(0, compared);
        }

        Assert.Equal((6_000, 0), ((await store.CountAsync(import, cancellation)).Created, (await store.CountAsync(import, cancellation)).SuspectedDuplicates));
    }

    private async Task<long> ImportAsync(string id, IEnumerable<(int Row, long[] Bands, byte Text)> rows)
    {
        var import = await store.AddAsync(new(new(ParentKind.Authority, "ec"), id), exchange.Clock.GetUtcNow(), cancellation);
        foreach (var chunk in rows.Chunk(1_000))
        {
            await store.AppendAsync(
                import, [.. chunk.Select(row => new AnsweredRow(ItemKind.Offer, new(row.Row, $"R-{row.Row}", ImportOutcome.Created, $"authorities/ec/offers/{id}-{row.Row}", [], [], []), [row.Text], row.Bands))], cancellation);
        }

        return import;
    }
}
