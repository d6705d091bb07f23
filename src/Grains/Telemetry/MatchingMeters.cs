using System.Diagnostics.Metrics;

namespace CooperaNet.Matching.Telemetry;

/// <summary>What the matching tells of itself; docs/operations.md lists the names and what to watch.</summary>
internal sealed class MatchingMeters
{
    private readonly Counter<long> changes;
    private readonly Counter<long> failures;
    private readonly Counter<long> setAside;
    private readonly Histogram<double> searches;
    private readonly Counter<long> unreachable;

    public MatchingMeters(IMeterFactory factory)
    {
        var meter = factory.Create("CooperaNet.Matching");
        changes = meter.CreateCounter<long>("cooperanet.partition.changes", "{change}", "Changes that partitions took in.");
        failures = meter.CreateCounter<long>("cooperanet.partition.failures", "{failure}", "Times that a partition could not follow the changes.");
        setAside = meter.CreateCounter<long>("cooperanet.partition.set_aside", "{item}", "Items and kept lists that were set aside because they cannot be read or computed.");
        searches = meter.CreateHistogram<double>("cooperanet.search.duration", "s", "From a question until all partitions answered or had their time.");
        unreachable = meter.CreateCounter<long>("cooperanet.search.unreachable", "{partition}", "Partitions that were missing from answers.");
        meter.CreateObservableGauge("cooperanet.partition.lag", () => Partitions(partition => partition.Lag.TotalSeconds), "s", "How old the newest moment is to which a partition is complete.");
        meter.CreateObservableGauge("cooperanet.partition.items", () => Partitions(partition => (double)partition.Items), "{item}", "Items in a partition's index.");
        meter.CreateObservableGauge("cooperanet.partition.unreadable", () => Partitions(partition => (double)partition.Unreadable), "{item}", "Items that a partition's index lacks because they cannot be read or encoded.");
    }

    /// <summary>Says how the partitions of this silo are.</summary>
    public Func<IEnumerable<(int Partition, TimeSpan Lag, int Items, int Unreadable)>> Source { get; set; } = () => [];

    public void Followed(int count) => changes.Add(count);

    public void SetAside() => setAside.Add(1);

    public void Failed() => failures.Add(1);

    public void Searched(TimeSpan took, int missing)
    {
        searches.Record(took.TotalSeconds);
        if (missing > 0)
        {
            unreachable.Add(missing);
        }
    }

    private IEnumerable<Measurement<double>> Partitions(Func<(int Partition, TimeSpan Lag, int Items, int Unreadable), double> value) =>
        [.. Source().Select(partition => new Measurement<double>(value(partition), new KeyValuePair<string, object?>("partition", partition.Partition)))];
}
