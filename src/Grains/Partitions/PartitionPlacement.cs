using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace CooperaNet.Matching.Partitions;

/// <summary>Places a partition where <see cref="PartitionSpread"/> says, or where the caller wants it.</summary>
[Serializable, GenerateSerializer, Immutable, Alias("cooperanet.PartitionPlacement")]
internal sealed class PartitionPlacement : PlacementStrategy;

/// <summary>Marks the grain that is placed so.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PartitionPlacementAttribute() : PlacementAttribute(new PartitionPlacement());

/// <summary>Chooses the silo of an activation.</summary>
internal sealed class PartitionPlacementDirector(IOptions<MatchingOptions> options) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) is { } wanted)
        {
            return Task.FromResult(wanted);
        }

        var partition = target.GrainIdentity.GetIntegerKey(out _);
        var owners = PartitionSpread.Of(options.Value.Partitions, silos);
        return Task.FromResult(owners[(int)(partition % owners.Count)]);
    }
}
