using BenchmarkDotNet.Attributes;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Benchmarks;

/// <summary>One text of about 100 words: language detection and encoding.</summary>
[MemoryDiagnoser]
public class EncodeBenchmark
{
    private readonly MatchingModel model = ModelFile.Load(Path.Combine(AppContext.BaseDirectory, "data", "model", "model.bin"));
    private readonly string text = SyntheticTexts.Summary(new Random(17), 100);

    [Benchmark]
    public string Detect() => model.Languages.Detect(text);

    [Benchmark]
    public object Encode() => model.Encode("Alerta temprana de inundaciones", text, "es");
}
