using System.Security.Cryptography;
using System.Text.Json;
using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Trainer;
using CooperaNet.Matching.Training;
using Microsoft.ML;

// dotnet run --project tools/Trainer -- OUTPUT_FOLDER SAMPLE_FOLDER JUDGEMENTS_FILE TABLE...
// A TABLE is a tab-separated file whose header names languages (en, es, fr, pt); docs/algorithms.md names the public ones we use.
if (args.Length < 4)
{
    Console.Error.WriteLine("Usage: trainer OUTPUT_FOLDER SAMPLE_FOLDER JUDGEMENTS_FILE TABLE...");
    return 2;
}

var (output, sampleFolder, judgementsFile, tables) = (args[0], args[1], args[2], args[3..]);
var ml = new MLContext(seed: 1);
var offers = Corpora.ReadLines<SampleItem>(Path.Combine(sampleFolder, "offers.jsonl"));
var items = offers.Concat(Corpora.ReadLines<SampleItem>(Path.Combine(sampleFolder, "needs.jsonl"))).ToList();
var judged = Corpora.ReadLines<JudgedNeed>(judgementsFile);
var texts = tables.SelectMany(Corpora.ReadTable).Concat(items.Select(item => new CorpusText(item.LanguageCode, $"{item.Title}\n{item.Summary}"))).ToList();
Console.WriteLine($"{texts.Count} texts, {items.Count} sample items, {judged.Count} judged needs");

// Every tenth text is left out of the detector's training and measures it.
var held = texts.Where((_, i) => i % 10 == 0).ToList();
var (weights, biases) = LanguageLearner.Learn(ml, texts.Where((_, i) => i % 10 != 0).SelectMany(text => new[] { (text.LanguageCode, text.Text), (text.LanguageCode, FirstWords(text.Text, 3)) }));
var detector = new LanguageDetector([.. weights.Select(weight => (float)(Half)weight)], biases);
Console.WriteLine($"language of a text: {held.Average(text => detector.Detect(text.Text) == text.LanguageCode ? 1.0 : 0):0.0000}, of six words {held.Average(text => detector.Detect(FirstWords(text.Text, 6)) == text.LanguageCode ? 1.0 : 0):0.0000}");

using var analyzer = new TextAnalyzer();
var (terms, _) = FeatureLearner.Learn(ml, [.. texts.Select(text => analyzer.Analyze(text.Text, text.LanguageCode).Select(token => token.Term).ToArray())], minDocuments: 3, keepUnknown: true);
var (grams, _) = FeatureLearner.Learn(ml, [.. texts.Select(text => CharacterGrams.Of(text.Text).ToArray())], minDocuments: 5, keepUnknown: false);
var rarity = new TagRarity(
    Rarity(Bits.AreaSlugs.Select(area => items.Count(item => item.AreasOfFocus.Contains(area)))),
    Rarity(Enumerable.Range(1, 17).Select(goal => items.Count(item => item.Goals.Contains(goal)))));
Console.WriteLine($"{terms.Vocabulary.Count} terms, {grams.Vocabulary.Count} character n-grams");

using var encoder = new MatchingModel(detector, terms, grams, rarity, new Fusion(0, [1, 1, 1, 1], 0), "training");
var encodedOffers = offers.ConvertAll(offer => (offer, Encoding: encoder.Encode(offer.Title, offer.Summary, offer.LanguageCode)));
// A judgement covers the offers that were read for it: those listed in the file beside it, a reference a line.
var read = File.ReadLines(Path.ChangeExtension(judgementsFile, ".pool")).ToHashSet();
var pool = encodedOffers.Where(offer => read.Contains(offer.offer.SourceReference)).ToList();
var pairs = judged.SelectMany(need =>
{
    var left = encoder.Encode(need.Title, need.Summary, need.LanguageCode);
    return pool.Select(offer => (new Signals(left.Terms.Dot(offer.Encoding.Terms), left.Grams.Dot(offer.Encoding.Grams),
        rarity.OfAreas(Bits.Areas(need.AreasOfFocus), Bits.Areas(offer.offer.AreasOfFocus)), rarity.OfGoals(Bits.Goals(need.Goals), Bits.Goals(offer.offer.Goals))), need.Relevant.Contains(offer.offer.SourceReference)));
}).ToList();
var fusion = FusionLearner.Learn(ml, pairs);
Console.WriteLine($"{pairs.Count} judged pairs, {pairs.Count(pair => pair.Item2)} relevant; bias {fusion.Bias:0.00}, weights {string.Join(" ", fusion.Weights.Select(weight => weight.ToString("0.00")))}, threshold {fusion.Threshold:0.000}");

Directory.CreateDirectory(output);
var file = Path.Combine(output, "model.bin");
MatchingModel.Save(file, weights, biases, terms, grams, rarity, fusion);
File.WriteAllText(Path.Combine(output, "model.json"), JsonSerializer.Serialize(
    new
    {
        sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))),
        command = "dotnet run --project tools/Trainer -- data/model data/sample data/judgements/judged.jsonl TABLES",
        sources = tables.Select(table => new { file = Path.GetFileName(table), rows = File.ReadLines(table).Count() - 1, sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(table))) })
            .Append(new { file = "data/sample", rows = items.Count, sha256 = "" }).Append(new { file = "data/judgements", rows = judged.Count, sha256 = "" }),
    },
    new JsonSerializerOptions { WriteIndented = true }) + "\n");
Console.WriteLine($"{file}: {new FileInfo(file).Length} bytes");
return 0;

static string FirstWords(string text, int count) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(count));

float[] Rarity(IEnumerable<int> counts) => [.. counts.Select(count => (float)Math.Log((items.Count + 1.0) / (count + 1.0)))];
