using CooperaNet.Matching.Analysis;

namespace CooperaNet.Matching.Tests.Analysis;

public sealed class TextAnalyzerTests : IDisposable
{
    private readonly TextAnalyzer analyzer = new();

    public void Dispose() => analyzer.Dispose();

    /// <summary>The scanner below would read on to the end of the run from each of its characters.</summary>
    [Fact]
    public void Words_around_a_long_line_keep_their_places()
    {
        var text = $"Water {new string('_', 9_000)} rights_of_way";

        Assert.Equal([new("water", 0, 5), new("rights_of_way", 9_007, 9_020)], analyzer.Analyze(text, "en"));
    }

    /// <summary>More words than are remembered: what is forgotten is stemmed anew.</summary>
    [Fact]
    public void A_full_memory_of_stems_changes_no_stem()
    {
        Assert.Equal("water", analyzer.Analyze("waters", "en").Single().Term);
        for (var i = 0; i < 110_000; i += 1_000)
        {
            Assert.Equal(1_000, analyzer.Analyze(string.Join(' ', Enumerable.Range(i, 1_000).Select(word => $"x{word}q")), "en").Count);
        }

        Assert.Equal("water", analyzer.Analyze("waters", "en").Single().Term);
    }
}
