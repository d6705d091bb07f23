using System.Text.Json;

namespace CooperaNet.Matching.Trainer;

/// <summary>A text in a known language.</summary>
internal sealed record CorpusText(string LanguageCode, string Text);

/// <summary>One line of the sample exchange.</summary>
internal sealed record SampleItem(string SourceReference, string Kind, string LanguageCode, string Title, string Summary, string[] AreasOfFocus, int[] Goals);

/// <summary>A need with every sample offer that was judged relevant by reading.</summary>
internal sealed record JudgedNeed(string Id, string LanguageCode, string Title, string Summary, string[] AreasOfFocus, int[] Goals, string[] Relevant);

/// <summary>Reads the texts that the model is learned from.</summary>
internal static class Corpora
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    public static List<T> ReadLines<T>(string path) => [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<T>(line, Json)!)];

    /// <summary>Tab-separated texts whose header names languages (en, es, fr, pt); other columns are left out.</summary>
    public static IEnumerable<CorpusText> ReadTable(string path)
    {
        using var reader = new StreamReader(path);
        var header = (reader.ReadLine() ?? "").Split('\t');
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split('\t');
            for (var i = 0; i < Math.Min(cells.Length, header.Length); i++)
            {
                if (header[i] is "en" or "es" or "fr" or "pt" && cells[i].Trim().Length > 0)
                {
                    yield return new(header[i], cells[i]);
                }
            }
        }
    }
}
