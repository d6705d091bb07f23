using CooperaNet.Matching.Languages;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace CooperaNet.Matching.Trainer;

/// <summary>A concept as librarians write it. In each language the preferred term stands first.</summary>
internal sealed record ConceptEntry
{
    public string Id { get; init; } = "";

    public List<string> En { get; init; } = [];

    public List<string> Es { get; init; } = [];

    public List<string> Pt { get; init; } = [];

    public List<string> Fr { get; init; } = [];

    public List<string> Broader { get; init; } = [];

    public List<string> Related { get; init; } = [];

    public List<string> Areas { get; init; } = [];

    public List<int> Goals { get; init; } = [];

    public List<string> Targets { get; init; } = [];

    /// <summary>The terms by language, in the order of <see cref="LanguageDetector.Languages"/>.</summary>
    [YamlIgnore]
    public IReadOnlyList<IReadOnlyList<string>> Terms => [En, Es, Pt, Fr];
}

/// <summary>Reads data/thesaurus.</summary>
internal static class ThesaurusFiles
{
    /// <summary>All concepts, file by file in ordinal order.</summary>
    /// <exception cref="InvalidDataException">A file cannot be read; the message names file and line.</exception>
    public static IReadOnlyList<ConceptEntry> Read(string folder)
    {
        var yaml = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build();
        return [.. Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal).SelectMany(file =>
        {
            try
            {
                return yaml.Deserialize<List<ConceptEntry>>(File.ReadAllText(file));
            }
            catch (YamlDotNet.Core.YamlException error)
            {
                throw new InvalidDataException($"{Path.GetFileName(file)}, line {error.Start.Line}: {error.Message}", error);
            }
        })];
    }
}
