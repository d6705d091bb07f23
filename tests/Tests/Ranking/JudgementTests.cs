using System.Text.Json;
using CooperaNet.Matching.Exchange;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Suggestions;

namespace CooperaNet.Matching.Tests.Ranking;

/// <summary>How well the shipped model ranks, on needs that were judged apart from those it was learned from.</summary>
public class JudgementTests
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    [Fact]
    public void A_need_in_the_offers_language_finds_a_relevant_offer_first_in_most_cases()
    {
        var folder = Path.Combine(Repository.Root, "data", "judgements");
        using var model = MatchingModel.Load(Path.Combine(Repository.Root, "data", "model", "model.bin"));
        var pool = File.ReadLines(Path.Combine(folder, "evaluation.pool")).ToHashSet();
        var offers = Sample.Read(Path.Combine(Repository.Root, "data", "sample")).Rows.Where(row => pool.Contains(row.SourceReference))
            .Select(row => (row.SourceReference, row.ToCatalogRow().Content, Encoding: model.Encode(row.Title, row.Summary, row.LanguageCode))).ToList();
        var needs = File.ReadLines(Path.Combine(folder, "evaluation.jsonl")).Select(line => JsonSerializer.Deserialize<JudgedNeed>(line, Json)!)
            .Where(need => need.LanguageCode == "es" && need.Relevant.Count > 0).ToList();

        var found = needs.Count(need =>
        {
            var encoding = model.Encode(need.Title, need.Summary, need.LanguageCode);
            var content = new CooperaNet.Matching.Items.ItemContent { AreasOfFocus = need.AreasOfFocus, Goals = need.Goals };
            var best = offers.MaxBy(offer => model.Fusion.Score(new(
                encoding.Terms.Dot(offer.Encoding.Terms), encoding.Grams.Dot(offer.Encoding.Grams),
                model.Rarity.OfAreas(PartitionSearch.Areas(content), PartitionSearch.Areas(offer.Content)), model.Rarity.OfGoals(PartitionSearch.Goals(content), PartitionSearch.Goals(offer.Content)))));
            return need.Relevant.Contains(best.SourceReference);
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{found} of {needs.Count}");
        Assert.InRange(found, needs.Count * 6 / 10, needs.Count);
    }

    private sealed record JudgedNeed(string LanguageCode, string Title, string Summary, IReadOnlyList<string> AreasOfFocus, IReadOnlyList<int> Goals, IReadOnlyList<string> Relevant);
}
