using System.Security.Cryptography;
using System.Text.Json;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Trainer;

/// <summary>Writes a model, and beside it what it was learned from.</summary>
internal static class Provenance
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(string output, ModelParts parts, string folder, IReadOnlyList<Source> sources, string data)
    {
        Directory.CreateDirectory(output);
        var file = Path.Combine(output, "model.bin");
        ModelFile.Save(file, parts);
        File.WriteAllText(Path.Combine(output, "model.json"), JsonSerializer.Serialize(
            new
            {
                sha256 = Sha256(file),
                command = "dotnet run --project tools/Trainer -c Release -- train SOURCES",
                sources = sources.Select(source => new { source.Name, source.Origin, rows = source.ReadRows(folder).Where((row, number) => source.IsKept(number, row)).Count(), sha256 = Sha256(Path.Combine(folder, source.File)) }),
                own = Directory.GetFiles(Path.Combine(data, "thesaurus"), "*.yaml").Append(Path.Combine(data, "calibration", "projects.jsonl")).Append(Path.Combine(data, "sample", "offers.jsonl")).Append(Path.Combine(data, "judgements", "judged.jsonl"))
                    .Order(StringComparer.Ordinal).Select(path => new { file = Path.GetRelativePath(data, path).Replace('\\', '/'), sha256 = Sha256(path) }),
            },
            Json).Replace("\"Name\"", "\"name\"").Replace("\"Origin\"", "\"origin\"") + "\n");
    }

    private static string Sha256(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
