using System.Diagnostics.Metrics;

namespace CooperaNet.Matching.Gateway.Telemetry;

/// <summary>What the gateway tells of itself besides what ASP.NET Core measures.</summary>
internal sealed class GatewayMeters
{
    private readonly Counter<long> refused;
    private readonly Counter<long> repeated;
    private readonly Counter<long> dropped;

    public GatewayMeters(IMeterFactory factory)
    {
        var meter = factory.Create("CooperaNet.Matching");
        refused = meter.CreateCounter<long>("cooperanet.gateway.refused", "{call}", "Calls that were refused because the process had too much to do.");
        repeated = meter.CreateCounter<long>("cooperanet.gateway.repeated", "{call}", "Calls that were repeated because a silo died or stopped under them.");
        dropped = meter.CreateCounter<long>("cooperanet.gateway.dropped", "{stream}", "Streams that were ended because their reader fell behind.");
    }

    public void Refused() => refused.Add(1);

    public void Repeated() => repeated.Add(1);

    public void Dropped() => dropped.Add(1);
}
