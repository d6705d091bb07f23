using System.Text.Json;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Trainer;

/// <summary>A title and a summary in one language.</summary>
internal sealed record ProjectText(string Title, string Summary);

/// <summary>One of our own projects, told in four languages.</summary>
internal sealed record Project(string Id, string Sector, string[] Areas, int[] Goals, ProjectText En, ProjectText Es, ProjectText Pt, ProjectText Fr)
{
    /// <summary>By language, in the order of LanguageDetector.Languages.</summary>
    public IReadOnlyList<ProjectText> Texts => [En, Es, Pt, Fr];
}

/// <summary>One line of the sample exchange.</summary>
internal sealed record SampleItem(string SourceReference, string Kind, string LanguageCode, string Title, string Summary, string[] AreasOfFocus, int[] Goals);

/// <summary>A need with every sample offer that was judged relevant by reading.</summary>
internal sealed record JudgedNeed(string Id, string LanguageCode, string Title, string Summary, string[] AreasOfFocus, int[] Goals, string[] Relevant);

/// <summary>The texts of data/ that we wrote ourselves.</summary>
internal sealed class OwnTexts(string folder)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    public IReadOnlyList<Project> Projects { get; } = ReadLines<Project>(Path.Combine(folder, "calibration", "projects.jsonl"));

    public IReadOnlyList<SampleItem> Offers { get; } = ReadLines<SampleItem>(Path.Combine(folder, "sample", "offers.jsonl"));

    public IReadOnlyList<SampleItem> Needs { get; } = ReadLines<SampleItem>(Path.Combine(folder, "sample", "needs.jsonl"));

    public IReadOnlyList<ConceptEntry> Concepts { get; } = ThesaurusFiles.Read(Path.Combine(folder, "thesaurus"));

    /// <summary>Needs with the offers that were judged relevant, and the offers that were read for it.</summary>
    public (IReadOnlyList<JudgedNeed> Needs, IReadOnlyList<SampleItem> Pool) Judged(string name)
    {
        var read = File.ReadLines(Path.Combine(folder, "judgements", $"{name}.pool")).ToHashSet();
        return (ReadLines<JudgedNeed>(Path.Combine(folder, "judgements", $"{name}.jsonl")), [.. Offers.Where(offer => read.Contains(offer.SourceReference))]);
    }

    public static int AreaBits(IEnumerable<string> areas) => areas.Aggregate(0, (bits, area) => bits | (1 << AreasOfFocus.PositionOf(area)));

    public static int GoalBits(IEnumerable<int> goals) => goals.Aggregate(0, (bits, goal) => bits | (1 << (goal - 1)));

    private static List<T> ReadLines<T>(string path) => [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<T>(line, Json)!)];
}
