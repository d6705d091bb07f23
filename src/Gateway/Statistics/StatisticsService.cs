using System.Globalization;
using CooperaNet.Matching.Gateway.Items;
using CooperaNet.Matching.Gateway.Streams;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway.Statistics;

/// <summary>Translates wire messages to grain calls and back; decides nothing.</summary>
internal sealed class StatisticsService(IGrainFactory grains, StatisticsFeed feed, StreamGuard guard, IOptions<GatewayOptions> options, TimeProvider clock) : V1.StatisticsService.StatisticsServiceBase
{
    public override async Task<V1.Statistics> GetStatistics(GetStatisticsRequest request, ServerCallContext context)
    {
        var snapshot = await grains.GetStatistics().GetAsync(ItemWire.ToTime(request.AsOfTime, "asOfTime"), context.CancellationToken);
        return new() { AsOfTime = snapshot.AsOf.ToTimestamp(), Tables = { StatisticsTables.Of(snapshot.Counts, request.LanguageCode) } };
    }

    [DisableRequestTimeout]
    public override async Task WatchStatistics(WatchStatisticsRequest request, IServerStreamWriter<WatchStatisticsResponse> responseStream, ServerCallContext context)
    {
        var (subscription, now) = await feed.SubscribeAsync(context.CancellationToken);
        await guard.RunAsync(subscription, context, async cancellationToken =>
        {
            var seen = now.Version;
            await responseStream.WriteAsync(await FirstAsync(request, now, cancellationToken), cancellationToken);
            while (true)
            {
                var (any, change) = await subscription.NextAsync(options.Value.Heartbeat, clock, cancellationToken);
                if (!any)
                {
                    await responseStream.WriteAsync(new() { Kind = WatchKind.Heartbeat, ResumeToken = Token(seen) }, cancellationToken);
                }
                else if (change!.Version > seen)
                {
                    seen = change.Version;
                    await responseStream.WriteAsync(Message(WatchKind.Change, change, request, change.Changed), cancellationToken);
                }
            }
        });
    }

    /// <summary>A snapshot; or what changed since the token; or a snapshot that says that the token is of no use any more.</summary>
    private async Task<WatchStatisticsResponse> FirstAsync(WatchStatisticsRequest request, StatisticsChange now, CancellationToken cancellationToken)
    {
        if (request.ResumeToken.Length == 0)
        {
            return Message(WatchKind.Snapshot, now, request, null);
        }

        var changed = long.TryParse(request.ResumeToken, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? await feed.ChangedSinceAsync(version, cancellationToken)
            : throw MatchingException.Invalid("resumeToken", $"'{ResourceId.Excerpt(request.ResumeToken)}' is not a token of this stream.");
        return changed is null ? Message(WatchKind.Reset, now, request, null) : Message(WatchKind.Change, now, request, changed);
    }

    private static WatchStatisticsResponse Message(WatchKind kind, StatisticsChange change, WatchStatisticsRequest request, IReadOnlySet<string>? tables) => new()
    {
        Kind = kind,
        ResumeToken = Token(change.Version),
        Statistics = change.ToWire(request.LanguageCode, tables),
    };

    private static string Token(long version) => version.ToString(CultureInfo.InvariantCulture);
}
