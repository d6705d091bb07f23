using System.Text.Json;
using CooperaNet.Matching.Languages;

namespace CooperaNet.Matching.Onnx;

/// <summary>Texts that are told in every language, for comparing encoders.</summary>
internal static class CalibrationProjects
{
    /// <summary>More would lengthen the start; a mean over all pairs of 40 texts is steady enough.</summary>
    public const int MaxCount = 40;

    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    /// <summary>At most <see cref="MaxCount"/> projects, spread over the file; each by language, in the order of LanguageDetector.Languages.</summary>
    /// <exception cref="InvalidDataException">The file is missing or holds no two such projects.</exception>
    public static IReadOnlyList<IReadOnlyList<ProjectText>> Read(string path)
    {
        try
        {
            var lines = File.ReadLines(path).Where(line => line.Length > 0).ToList();
            var count = Math.Min(MaxCount, lines.Count);
            return count < 2 ? throw OnnxOptions.Refuse(nameof(OnnxOptions.Calibration), path, "holds fewer than two projects.")
                : [.. Enumerable.Range(0, count).Select(i => Parse(lines[i * lines.Count / count]))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw OnnxOptions.Refuse(nameof(OnnxOptions.Calibration), path, $"cannot be read: {error.Message}", error);
        }
    }

    private static List<ProjectText> Parse(string line)
    {
        using var project = JsonDocument.Parse(line);
        return [.. LanguageDetector.Languages.Select(language => project.RootElement.GetProperty(language).Deserialize<ProjectText>(Json) ?? throw new JsonException($"a project has no text in '{language}'."))];
    }

    /// <summary>One project in one language.</summary>
    public sealed record ProjectText(string Title, string Summary);
}
