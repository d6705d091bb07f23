using System.Text.Json;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Storage;
using CooperaNet.Matching.Taxonomy;
using Dapper;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>Free text finds on PostgreSQL what it finds on SQLite.</summary>
public class FreeTextTests(ExchangeFixture exchange, ITestOutputHelper output)
{
    /// <summary>Letters with and without accents, of several alphabets, marks, what has a meaning in regular expressions, and letters of two UTF-16 units.</summary>
    private static readonly string[] Alphabet = [.. "aáÀãeÉíıİñÑoøØçÇsSßşzžάΑбБйא \\.*+?[](){}|^$-_%&'\"/0\n".Select(c => c.ToString()), "\u0301", "\u0303", "\u0327", "𝛼", "🌱"];

    [Fact]
    public async Task Random_words_are_found_in_random_texts_alike()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string Text(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
        await using var connection = await exchange.Database.OpenReadAsync(TestContext.Current.CancellationToken);
        var found = 0;
        for (var i = 0; i < 2_000; i++)
        {
            var (title, summary) = (Text(random.Next(20)), Text(random.Next(20)));
            var whole = $"{title} {summary}";
            var start = random.Next(whole.Length);
            var words = random.Next(2) == 0 ? Text(random.Next(1, 3)) : Folded.Letter(whole[start]) + whole[(start + 1)..Math.Min(whole.Length, start + random.Next(1, 4))];
            if (words.Any(char.IsSurrogate))
            {
                words = "🌱";
            }

            var payload = Payload(title, summary);
            var expected = FreeText.Holds(payload, words);
            found += expected ? 1 : 0;
            Assert.True(expected == await connection.ExecuteScalarAsync<bool>("SELECT holds(@payload, @pattern)", new { payload, pattern = FreeText.Pattern(words) }), $"'{words}' in '{whole}'");
        }

        Assert.InRange(found, 500, 1_900);
    }

    /// <summary>Each letter that folds to another one is found by it, and it by each.</summary>
    [Fact]
    public async Task Every_letter_is_found_by_what_it_is_compared_as()
    {
        await using var connection = await exchange.Database.OpenReadAsync(TestContext.Current.CancellationToken);
        foreach (var group in Enumerable.Range(1, char.MaxValue).Select(code => (char)code).Where(c => !char.IsSurrogate(c) && !Folded.IsAccent(c) && Folded.Letter(c) != c).GroupBy(Folded.Letter))
        {
            var payload = Payload("", string.Join(' ', group.Select(c => $"«{c}»")));
            Assert.Equal(group.Count(), await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM regexp_matches(convert_from(@payload, 'UTF8')::jsonb #>> '{Content,Summary}', @pattern, 'g')", new { payload, pattern = FreeText.Pattern($"«{group.Key}»") }));
            Assert.True(await connection.ExecuteScalarAsync<bool>("SELECT holds(@payload, @pattern)", new { payload = Payload("", $"{group.Key}"), pattern = FreeText.Pattern($"{group.First()}") }));
        }
    }

    [Fact]
    public async Task The_longest_words_are_still_read()
    {
        var words = string.Concat(Enumerable.Repeat("áéíóñ", 380));
        await using var connection = await exchange.Database.OpenReadAsync(TestContext.Current.CancellationToken);

        Assert.True(await connection.ExecuteScalarAsync<bool>("SELECT holds(@payload, @pattern)", new { payload = Payload("x", words.ToUpperInvariant() + "."), pattern = FreeText.Pattern(words) }));
    }

    private static byte[] Payload(string title, string summary) => JsonSerializer.SerializeToUtf8Bytes(new Item { Content = new() { Title = title, Summary = summary } }, StateJson.Options);
}
