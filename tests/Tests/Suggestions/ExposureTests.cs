using CooperaNet.Matching.Partitions;
using CooperaNet.Matching.Suggestions;

namespace CooperaNet.Matching.Tests.Suggestions;

public class ExposureTests
{
    [Theory]
    [InlineData("PE PE AR PE AR UY", 5, "PE PE AR PE UY AR")] // a third country is seen
    [InlineData("PE PE PE PE PE AR UY", 5, "PE PE PE PE AR PE UY")] // one country: a second is seen
    [InlineData("PE AR CL PE PE UY", 5, "PE AR CL PE PE UY")] // three countries: nothing moves
    [InlineData("PE PE AR PE AR PE", 5, "PE PE AR PE AR PE")] // no further country
    [InlineData("PE AR", 5, "PE AR")]
    [InlineData("", 5, "")]
    public void A_qualifying_offer_of_a_further_country_gets_the_last_of_the_first_places(string countries, int depth, string expected) =>
        Assert.Equal(expected, string.Join(' ', Exposure.Apply(Hits(countries), depth, 0).Select(pair => pair.Hit.Country)));

    [Fact]
    public void Nothing_below_the_models_threshold_is_lifted() =>
        Assert.Equal("PE PE AR PE AR UY", string.Join(' ', Exposure.Apply(Hits("PE PE AR PE AR UY"), 5, 0.86).Select(pair => pair.Hit.Country)));

    [Fact]
    public void The_move_is_said_with_what_it_costs() =>
        Assert.Equal("Moved from rank 6 to 5 so that a third country is seen; costs 0.010 of score.", Assert.Single(Exposure.Apply(Hits("PE PE AR PE AR UY"), 5, 0), pair => pair.Note.Length > 0).Note);

    private static List<PartitionHit> Hits(string countries) =>
        [.. countries.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((country, i) => PartitionHit.Of($"offers/{i}", country, 1, 0.9 - (i * 0.01), false, default))];
}
