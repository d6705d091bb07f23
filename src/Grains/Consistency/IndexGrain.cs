using CooperaNet.Matching.Partitions;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Consistency;

[StatelessWorker(Workers.Max), GrainType("index")]
internal sealed class IndexGrain(PartitionSearch partitions, IOptions<MatchingOptions> options) : Grain, IIndexGrain
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25); // below Orleans' time-out for a call

    public async Task<IndexComparison> CompareAsync(int partition, string after, bool repair, Caller caller, CancellationToken cancellationToken)
    {
        if (caller.Role is not (CallerRole.Administrator or CallerRole.System))
        {
            throw new MatchingException(MatchingError.NotPermitted, "The index is compared for administrators.");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await partitions.AskOneAsync(partition, (copy, token) => copy.CompareAsync(after, repair, token), patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Partition {partition} of {options.Value.Partitions} does not answer.");
        }
    }
}
