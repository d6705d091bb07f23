using BenchmarkDotNet.Attributes;
using CooperaNet.Matching.Explanations;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Benchmarks;

/// <summary>What the model does with one text of about 100 words: telling its language, encoding it, and comparing it with another for an explanation; and how long the model takes to load.</summary>
[MemoryDiagnoser]
public class EncodeBenchmark
{
    private readonly string path = Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin");
    private readonly MatchingModel model;
    private readonly string text;
    private readonly AnalyzedText need;

    public EncodeBenchmark()
    {
        model = ModelFile.Load(path);
        var texts = Index.RecombinedTexts.OfOwn(Path.Combine(AppContext.BaseDirectory, "data"));
        text = texts.Offer(new Random(17)).Summary;
        var (title, summary) = texts.Need(new Random(18));
        need = new(model, title, summary, "en");
    }

    [Benchmark]
    public string Detect() => model.Languages.Detect(text);

    [Benchmark]
    public object Encode() => model.Encode("Alerta temprana de inundaciones", text, "es");

    [Benchmark]
    public TextEvidence Explain() => Explainer.Explain(model, need, new(model, "Alerta temprana de inundaciones", text, "es"));

    [Benchmark]
    public void Load() => ModelFile.Load(path).Dispose();
}
