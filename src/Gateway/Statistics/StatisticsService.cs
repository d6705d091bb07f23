using CooperaNet.Matching.Gateway.Items;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Statistics;

/// <summary>Translates wire messages to grain calls and back; decides nothing.</summary>
internal sealed class StatisticsService(IGrainFactory grains) : V1.StatisticsService.StatisticsServiceBase
{
    public override async Task<V1.Statistics> GetStatistics(GetStatisticsRequest request, ServerCallContext context)
    {
        var snapshot = await grains.GetStatistics().GetAsync(ItemWire.ToTime(request.AsOfTime, "asOfTime"), context.CancellationToken);
        return new() { AsOfTime = snapshot.AsOf.ToTimestamp(), Tables = { StatisticsTables.Of(snapshot.Counts, request.LanguageCode) } };
    }
}
