using System.Text.Json;
using CooperaNet.Matching.Analysis;

namespace CooperaNet.Matching.Benchmarks.Index;

/// <summary>Texts of about 100 words, Spanish offers and English needs, made of real sentences: as many as are wanted, with real words in real proportions.</summary>
internal sealed class RecombinedTexts
{
    private const int Words = 100;
    private readonly string[] spanish;
    private readonly string[] english;

    private RecombinedTexts(IEnumerable<string> spanish, IEnumerable<string> english) => (this.spanish, this.english) = ([.. spanish.Where(text => text.Length > 0)], [.. english.Where(text => text.Length > 0)]);

    /// <summary>From the sentences of our own projects and of the sample.</summary>
    /// <param name="data">The folder data/.</param>
    public static RecombinedTexts OfOwn(string data)
    {
        var projects = File.ReadLines(Path.Combine(data, "calibration", "projects.jsonl")).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var offers = File.ReadLines(Path.Combine(data, "sample", "offers.jsonl")).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement);
        return new(projects.Select(project => project.GetProperty("es")).Concat(offers).SelectMany(SentencesOf), projects.Select(project => project.GetProperty("en")).SelectMany(SentencesOf));
    }

    /// <summary>From a tab-separated file with a header and the columns en and es, such as the trainer's sources of parallel sentences: more words, and fewer texts that share a sentence.</summary>
    public static RecombinedTexts OfFile(string path)
    {
        var rows = File.ReadLines(path).Select(line => line.Split('\t')).ToList();
        var (en, es) = (Array.IndexOf(rows[0], "en"), Array.IndexOf(rows[0], "es"));
        return new(rows.Skip(1).Select(row => row[es]), rows.Skip(1).Select(row => row[en]));
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
