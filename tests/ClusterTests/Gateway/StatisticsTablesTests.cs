using CooperaNet.Matching.Gateway.Statistics;
using CooperaNet.Matching.Statistics;

namespace CooperaNet.Matching.ClusterTests.Gateway;

public class StatisticsTablesTests
{
    [Theory]
    [InlineData(1, 8, 1, 12.5)]
    [InlineData(1, 8, 0, 13)] // 12.5: a half goes away from zero, not to the even 12
    [InlineData(1, 16, 1, 6.3)] // 6.25
    [InlineData(2, 3, 1, 66.7)]
    [InlineData(0, 0, 1, 0)]
    public void Shares_round_half_away_from_zero(long count, long total, int decimals, double expected) => Assert.Equal((decimal)expected, StatisticsTables.Share(count, total, decimals));

    /// <summary>Whatever language a client names, tables are laid out and kept in four.</summary>
    [Fact]
    public void Tables_are_kept_in_the_languages_that_there_are()
    {
        var change = new StatisticsChange(1, new(DateTimeOffset.UnixEpoch, [], 1), new HashSet<string>());

        Assert.Same(change.ToWire("en", null).Tables[0], change.ToWire(new string('-', 1_000_000), null).Tables[0]);
        Assert.Same(change.ToWire("ES-pe", null).Tables[0], change.ToWire("es", null).Tables[0]);
        Assert.NotSame(change.ToWire("es", null).Tables[0], change.ToWire("fr", null).Tables[0]);
    }

    [Fact]
    public void An_empty_exchange_has_five_tables_of_zeros_and_no_footnote()
    {
        var tables = StatisticsTables.Of([], "").ToList();

        Assert.Equal(["type", "country", "area", "goal", "account"], tables.Select(table => table.Id));
        Assert.All(tables, table => Assert.True(table is { Total: 0, Consistent: true, Footnote: "" } && table.Rows.All(row => row is { Count: 0, Percent: 0 })));
    }

    [Fact]
    public void Thirds_are_footnoted_in_the_language_asked_for()
    {
        StatisticCount[] thirds = [new("type", "need", 3), new("country", "PE", 1), new("country", "AR", 1), new("country", "UY", 1)];

        Assert.Equal("Los porcentajes redondeados suman 99.9 %.", StatisticsTables.Of(thirds, "es").Single(table => table.Id == "country").Footnote);
        Assert.Equal("Rounded shares add up to 99.9 %.", StatisticsTables.Of(thirds, "en").Single(table => table.Id == "country").Footnote);
    }

    [Fact]
    public void Rows_that_do_not_add_up_are_said()
    {
        var country = StatisticsTables.Of([new("type", "need", 3), new("country", "PE", 2)], "en").Single(table => table.Id == "country");

        Assert.Equal((false, "The rows don't add up to the total."), (country.Consistent, country.Footnote));
    }
}
