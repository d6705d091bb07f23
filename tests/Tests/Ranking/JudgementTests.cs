using System.Text.Json;
using CooperaNet.Matching.Exchange;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Partitions;

namespace CooperaNet.Matching.Tests.Ranking;

/// <summary>How well the shipped model ranks, on needs that were judged apart from those it was learned from.</summary>
public class JudgementTests
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    [Fact]
    public void A_need_finds_a_relevant_offer_first_in_most_cases_whatever_its_language()
    {
        var folder = Path.Combine(Repository.Root, "data", "judgements");
        var model = ShippedModel.Instance;
        var pool = File.ReadLines(Path.Combine(folder, "evaluation.pool")).ToHashSet();
        var offers = Sample.Read(Path.Combine(Repository.Root, "data", "sample")).Rows.Where(row => pool.Contains(row.SourceReference))
            .Select(row => (row.SourceReference, Content: row.ToContent(), Encoding: model.Encode(row.Title, row.Summary, row.LanguageCode))).ToList();
        var needs = File.ReadLines(Path.Combine(folder, "evaluation.jsonl")).Select(line => JsonSerializer.Deserialize<JudgedNeed>(line, Json)!).Where(need => need.Relevant.Count > 0).ToList();

        bool FindsRelevantFirst(JudgedNeed need) => need.Relevant.Contains(offers.MaxBy(offer => Score(model, need, offer.Content, offer.Encoding)).SourceReference);
        var byLanguage = needs.GroupBy(need => need.LanguageCode).Select(group => (Language: group.Key, Found: group.Count(FindsRelevantFirst), All: group.Count())).ToList();

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("; ", byLanguage.Select(entry => $"{entry.Language}: {entry.Found} of {entry.All}")));
        Assert.InRange(byLanguage.Sum(entry => entry.Found), needs.Count * 6 / 10, needs.Count);
        Assert.InRange(byLanguage.Where(entry => entry.Language != "es").Sum(entry => entry.Found), byLanguage.Where(entry => entry.Language != "es").Sum(entry => entry.All) / 2, needs.Count);
    }

    private static double Score(MatchingModel model, JudgedNeed need, CooperaNet.Matching.Items.ItemContent offer, CooperaNet.Matching.Encodings.Encoding encoding)
    {
        var own = model.Encode(need.Title, need.Summary, need.LanguageCode);
        var content = new CooperaNet.Matching.Items.ItemContent { AreasOfFocus = need.AreasOfFocus, Goals = need.Goals };
        return model.Fusion.Of(own.Language, encoding.Language).Score(PairSignals.Of(
            model, own, encoding, PartitionSearch.Areas(content), PartitionSearch.Areas(offer), PartitionSearch.Goals(content), PartitionSearch.Goals(offer)));
    }

    private sealed record JudgedNeed(string LanguageCode, string Title, string Summary, IReadOnlyList<string> AreasOfFocus, IReadOnlyList<int> Goals, IReadOnlyList<string> Relevant);
}
