using CooperaNet.Matching.Index;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Tests.Ranking;

public class MeaningScaleTests
{
    private static readonly int Languages = LanguageDetector.Languages.Count;

    [Fact]
    public void A_line_moves_mean_and_deviation_as_worked_by_hand()
    {
        var line = MeaningLine.Between((0.8, 0.05), (0.1, 0.2)); // 0.1 + (cos - 0.8) * 4

        Assert.Equal((4f, -3.1f), (line.Slope, line.Offset));
    }

    [Fact]
    public void Each_pair_of_languages_has_its_own_line_and_stays_a_cosine()
    {
        var lines = Enumerable.Repeat(new MeaningLine(1, 0), Languages * Languages).ToArray();
        lines[1] = new(2, -0.5f); // English to Spanish
        var scale = MeaningScale.Of(lines);

        Assert.Equal((0.25f, 0.375f, 1f, -1f), (scale.Of(0, 1, 0.375f), scale.Of(1, 0, 0.375f), scale.Of(0, 1, 0.9f), scale.Of(0, 1, -0.9f)));
        Assert.Equal(1.001f, MeaningScale.Identity.Of(0, 1, 1.001f));
    }

    [Fact]
    public void The_index_and_a_single_pair_use_the_models_scale_alike()
    {
        using var scaled = new MatchingModel(ShippedModel.Instance.Parts with { Scale = MeaningScale.Of([.. Enumerable.Range(0, Languages * Languages).Select(pair => new MeaningLine(0.5f, pair * 0.01f))]) }, "scaled");
        var (need, offer) = (scaled.Encode("Agua segura", "Agua potable para pueblos rurales.", "es"), scaled.Encode("Safe water", "Drinking water for rural villages.", "en"));
        var index = new PartitionIndex();
        index.Apply([(new IndexedItem("offer", "", "", 0, 0, 1, default, null), offer)], []);

        var found = index.Snapshot.Search(new IndexQuery(need, 0, 0, IndexConstraints.None, "none", 1, 0, default, default), scaled)[0].Signals.Meaning;
        var unscaled = PairSignals.Of(ShippedModel.Instance, need, offer).Meaning;

        Assert.Equal(PairSignals.Of(scaled, need, offer).Meaning, found);
        Assert.Equal(0.04f + (0.5f * unscaled), found, 1e-5); // Spanish to English is pair 4
    }
}
