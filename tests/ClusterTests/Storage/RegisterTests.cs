using CooperaNet.Matching.Items;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Statistics;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>Tests that need the exchange for themselves, because they compare two readings of it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

[Collection(nameof(Alone))]
public class RegisterTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Filters_orders_and_pages_come_from_the_register()
    {
        for (var i = 0; i < 7; i++)
        {
            await CreateAsync("gy", $"Mangrove nursery number {i}", i % 2 == 0 ? [14] : [15], publish: i != 3);
        }

        var register = exchange.Grains.GetRegister();
        var query = new ItemQuery("authorities/gy", ItemKind.Offer, "state = PUBLISHED AND goal = 14", "title desc", 3, "");
        var first = await register.ListItemsAsync(query, Caller.System, cancellation);
        var second = await register.ListItemsAsync(query with { PageToken = first.NextPageToken }, Caller.System, cancellation);

        Assert.Equal(["6", "4", "2"], first.Rows.Select(item => item.Content.Title[^1..]));
        Assert.Equal("0", Assert.Single(second.Rows).Content.Title[^1..]);
        Assert.Equal("", second.NextPageToken);
        Assert.Equal(7, (await register.ListItemsAsync(query with { Filter = "(MANGRÓVE OR pesca) -goal:13" }, Caller.System, cancellation)).Rows.Count + 4);
        await Assert.ThrowsAsync<MatchingException>(() => register.ListItemsAsync(query with { PageToken = first.NextPageToken, Filter = "" }, Caller.System, cancellation));
    }

    [Theory]
    [InlineData("goal = 18")]
    [InlineData("colour = red")]
    [InlineData("state = OPEN")]
    [InlineData("(goal = 1")]
    [InlineData("createTime > yesterday")]
    [InlineData("goal > 3")]
    [InlineData("title = \"open")]
    public async Task A_filter_that_cannot_be_read_names_the_field(string filter)
    {
        var refusal = await Assert.ThrowsAsync<MatchingException>(() => exchange.Grains.GetRegister().ListItemsAsync(new("authorities/-", ItemKind.Offer, filter, "", 0, ""), Caller.System, cancellation));

        Assert.Equal("filter", Assert.Single(refusal.Violations).Field);
    }

    [Fact]
    public async Task A_quote_in_a_filter_is_only_text() =>
        Assert.Empty((await exchange.Grains.GetRegister().ListItemsAsync(new("authorities/-", ItemKind.Offer, "\"'; DROP TABLE register; --\"", "", 0, ""), Caller.System, cancellation)).Rows);

    [Fact]
    public async Task The_deltas_equal_a_recount_whatever_happens_to_an_item()
    {
        var offer = await CreateAsync("sr", "Rice variety trials", [2, 13], publish: true);
        var grain = exchange.Grains.GetItem(offer);
        await grain.UpdateAsync(new() { Goals = [2, 17], AreasOfFocus = ["culture"] }, ItemFields.Goals | ItemFields.AreasOfFocus, "", Caller.System, false, cancellation);
        await grain.WithdrawAsync("", Caller.System, cancellation);
        await CreateAsync("sr", "Rice storage advice", [2], publish: true);
        var statistics = new StatisticsReader(exchange.Database);
        var open = Sorted(await statistics.ReadAsync(cancellation));
        await statistics.FoldAsync(cancellation);

        Assert.Equal(Sorted(await statistics.RecountAsync(cancellation)), open);
        Assert.Equal(open, Sorted(await statistics.ReadAsync(cancellation)));
        Assert.Contains(new StatisticCount("country", "SR", 1), open);
    }

    private static List<StatisticCount> Sorted(IEnumerable<StatisticCount> counts) => [.. counts.OrderBy(count => count.Dimension, StringComparer.Ordinal).ThenBy(count => count.Value, StringComparer.Ordinal)];

    private async Task<ItemId> CreateAsync(string authority, string title, IReadOnlyList<int> goals, bool publish)
    {
        var id = new ItemId(new(ParentKind.Authority, authority), ItemKind.Offer, $"t-{Guid.NewGuid():n}");
        await exchange.Grains.GetItem(id).ImportAsync(new() { Title = title, LanguageCode = "en", Goals = goals }, ItemFields.All, publish, Caller.System, false, cancellation);
        return id;
    }
}
