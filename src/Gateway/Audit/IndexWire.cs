using CooperaNet.Matching.Consistency;
using Google.Protobuf.WellKnownTypes;

namespace CooperaNet.Matching.Gateway.Audit;

/// <summary>The comparison of the index as it is sent.</summary>
internal static class IndexWire
{
    private const int MaxExamples = 10;

    /// <summary>Adds a page to the report on its partition.</summary>
    public static void Add(V1.VerifyIndexResponse report, IndexComparison page)
    {
        report.Partitions = page.Partitions;
        report.AsOfTime = page.AsOf.ToTimestamp();
        report.Compared += page.Compared;
        report.Missing += page.Differences.Count(difference => difference.Kind == DifferenceKind.Missing);
        report.Superfluous += page.Differences.Count(difference => difference.Kind == DifferenceKind.Superfluous);
        report.Outdated += page.Differences.Count(difference => difference.Kind == DifferenceKind.Outdated);
        report.Repaired += page.Differences.Count(difference => difference.Repaired);
        var examples = report.Examples.Concat(page.Differences.Select(ToWire)).OrderBy(example => example.Repaired).Take(MaxExamples).ToList();
        report.Examples.Clear();
        report.Examples.Add(examples);
    }

    private static V1.IndexDifference ToWire(IndexDifference difference) => new() { Item = difference.Item, Kind = (V1.IndexDifference.Types.Kind)difference.Kind, Repaired = difference.Repaired };
}
