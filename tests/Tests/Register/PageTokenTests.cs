using System.Buffers.Text;
using System.Text;
using CooperaNet.Matching.Register;
using CsCheck;

namespace CooperaNet.Matching.Tests.Register;

public class PageTokenTests
{
    [Fact]
    public void A_token_gives_back_its_keys_to_the_same_list_only() => Gen.Select(Gen.String, Gen.String, Gen.String).Sample((arguments, first, second) =>
    {
        var token = PageToken.Write(arguments, Valid(first), Valid(second));

        Assert.Equal([Valid(first), Valid(second)], PageToken.Read(token, arguments, keys: 2)!);
        Assert.Throws<MatchingException>(() => PageToken.Read(token, arguments + "x", keys: 2));
        Assert.Throws<MatchingException>(() => PageToken.Read(token, arguments, keys: 1));
    });

    [Theory]
    [InlineData("%%%")]
    [InlineData("e30")] // {}
    [InlineData("bnVsbA")] // null
    [InlineData("W1sxXV0")] // [[1]]
    public void What_is_no_token_is_refused_by_name(string token) =>
        Assert.Equal("pageToken", Assert.Single(Assert.Throws<MatchingException>(() => PageToken.Read(token, "list", keys: 1)).Violations).Field);

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("101")]
    [InlineData("99999999999999999999")]
    [InlineData(null)]
    public void A_made_up_place_in_a_list_is_refused_by_name(string? place) =>
        Assert.Equal("pageToken", Assert.Single(Assert.Throws<MatchingException>(() => PageToken.ReadNumbers(PageToken.Write("list", place), "list", keys: 1, most: 100)).Violations).Field);

    [Fact]
    public void A_place_in_a_list_is_given_back() => Assert.Equal([100], PageToken.ReadNumbers(PageToken.Write("list", "100"), "list", keys: 1, most: 100)!);

    [Fact]
    public void A_very_long_token_is_refused() =>
        Assert.Throws<MatchingException>(() => PageToken.Read(Base64Url.EncodeToString(Encoding.UTF8.GetBytes(new string(' ', 100_000))), "list", keys: 1));

    /// <summary>JSON holds no lone surrogates; names and times have none.</summary>
    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
