using System.CommandLine;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Trainer;
using CooperaNet.Matching.Trainer.Evaluation;

var data = new Option<string>("--data") { Description = "The project's folder data/", DefaultValueFactory = _ => "data" };
var folder = new Argument<string>("SOURCES") { Description = "The folder of public texts; docs/algorithms.md says which, and where they come from" };
var output = new Option<string>("--output") { Description = "Where model.bin and model.json go", DefaultValueFactory = _ => Path.Combine("data", "model") };
var without = new Option<string[]>("--without") { Description = "Sources to leave out", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
var strict = new Option<bool>("--strict") { Description = "Only sources whose licence is stated and beyond doubt" };

var train = new Command("train", "Learns a model and writes it with its provenance") { folder, data, output, without, strict };
train.SetAction(parsed =>
{
    bool IsUsed(Source source) => !parsed.GetValue(without)!.Contains(source.Name) && (source.Strict || !parsed.GetValue(strict));
    var sources = Source.Parallel.Where(IsUsed).ToList();
    using var trainer = new ModelTrainer(new OwnTexts(parsed.GetValue(data)!), parsed.GetValue(folder)!, sources, IsUsed(Source.Labelled), Console.Out);
    var parts = trainer.Train();
    Provenance.Write(parsed.GetValue(output)!, parts, parsed.GetValue(folder)!, IsUsed(Source.Labelled) ? [.. sources, Source.Labelled] : sources, parsed.GetValue(data)!);
});

var modelFile = new Option<string>("--model") { Description = "The model", DefaultValueFactory = _ => Path.Combine("data", "model", "model.bin") };
var evaluate = new Command("evaluate", "Measures a model on every task, beside words, n-grams and BM25") { folder, data, modelFile };
evaluate.SetAction(parsed =>
{
    using var model = ModelFile.Load(parsed.GetValue(modelFile)!);
    new Evaluator(model, new OwnTexts(parsed.GetValue(data)!), new Tasks(parsed.GetValue(folder)!), Console.Out).Run();
});

var size = new Command("size", "Measures what smaller models would be worth") { folder, data, modelFile };
size.SetAction(parsed =>
{
    using var model = ModelFile.Load(parsed.GetValue(modelFile)!);
    new SizeCurve(model, new OwnTexts(parsed.GetValue(data)!), new Tasks(parsed.GetValue(folder)!), Console.Out).Run();
});

var file = new Argument<string>("FILE") { Description = "The file to write" };
var skos = new Command("skos", "Exports the thesaurus as SKOS (RDF/XML)") { file, data };
skos.SetAction(parsed => Skos.Export(new OwnTexts(parsed.GetValue(data)!).Concepts).Save(parsed.GetValue(file)!));

return new RootCommand("Learns and measures the model of CooperaNet.Matching") { train, evaluate, size, skos }.Parse(args).Invoke();
