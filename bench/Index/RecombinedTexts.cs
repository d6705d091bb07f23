using System.Text.Json;
using CooperaNet.Matching.Analysis;

namespace CooperaNet.Matching.Benchmarks.Index;

/// <summary>Texts of about 100 words in Spanish, or questions in English, made of the sentences of our own projects and of the sample: real words in real proportions, and as many texts as are wanted.</summary>
internal sealed class RecombinedTexts
{
    private const int Words = 100;
    private readonly string[] spanish;
    private readonly string[] english;

    public RecombinedTexts(string data)
    {
        var projects = File.ReadLines(Path.Combine(data, "calibration", "projects.jsonl")).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var offers = File.ReadLines(Path.Combine(data, "sample", "offers.jsonl")).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement);
        spanish = [.. projects.Select(project => project.GetProperty("es")).Concat(offers).SelectMany(SentencesOf)];
        english = [.. projects.Select(project => project.GetProperty("en")).SelectMany(SentencesOf)];
    }

    public (string Title, string Summary) Offer(Random random) => Text(spanish, random);

    public (string Title, string Summary) Need(Random random) => Text(english, random);

    private static IEnumerable<string> SentencesOf(JsonElement text) => Sentences.Of(text.GetProperty("summary").GetString()!).Prepend(text.GetProperty("title").GetString()!);

    private static (string Title, string Summary) Text(string[] sentences, Random random)
    {
        var (title, summary, words) = (sentences[random.Next(sentences.Length)], new List<string>(), 0);
        while (words < Words)
        {
            summary.Add(sentences[random.Next(sentences.Length)]);
            words += summary[^1].Count(character => character == ' ') + 1;
        }

        return (title, string.Join(' ', summary));
    }
}
