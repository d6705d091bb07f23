using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Tests.Ranking;

/// <summary>The model that the service comes with; loaded once.</summary>
internal static class ShippedModel
{
    public static string File { get; } = Path.Combine(Repository.Root, "data", "model", "model.bin");

    public static MatchingModel Instance { get; } = ModelFile.Load(File);
}
