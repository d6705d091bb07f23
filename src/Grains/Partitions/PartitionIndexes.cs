using CooperaNet.Matching.Index;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Partitions;

/// <summary>One partition's offers and needs, indexed with one model.</summary>
internal sealed class PartitionIndexes(MatchingModel model)
{
    public MatchingModel Model => model;

    public PartitionIndex Offers { get; } = new();

    public PartitionIndex Needs { get; } = new();

    /// <summary>Names of items that cannot be read or encoded and stay out, until they change.</summary>
    public HashSet<string> SetAside { get; } = [];
}
