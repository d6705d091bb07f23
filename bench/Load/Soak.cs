using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>The memory of the service's process at a moment.</summary>
/// <param name="At">From the beginning.</param>
/// <param name="Resident">Resident, in bytes.</param>
/// <param name="Heap">The managed heap as its last collection left it, in bytes.</param>
internal readonly record struct SoakSample(TimeSpan At, double Resident, double Heap);

/// <summary>Holds a load for long and looks whether the service stays as it is.</summary>
internal static class Soak
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <param name="load">The load; it keeps no more than a few hundred publications, so that the exchange doesn't grow.</param>
    /// <param name="metrics">What the service tells Prometheus.</param>
    /// <param name="cancellationToken">Ends it early, without a report.</param>
    public static async Task<SoakReport> RunAsync(LoadOptions load, Uri metrics, CancellationToken cancellationToken)
    {
        using var told = new Metrics(metrics);
        var samples = new List<SoakSample>();
        return new(await LoadDriver.RunAsync(load, SampleAsync, cancellationToken), samples, load.Duration);

        async Task SampleAsync()
        {
            var started = Stopwatch.GetTimestamp();
            using var timer = new PeriodicTimer(Period);
            while (Stopwatch.GetElapsedTime(started) < load.Duration && await timer.WaitForNextTickAsync(cancellationToken))
            {
                var (resident, heap) = await told.ReadMemoryAsync(cancellationToken);
                samples.Add(new(Stopwatch.GetElapsedTime(started), resident, heap));
            }
        }
    }
}

/// <summary>What a soak gave: the last quarter beside the second, as the first warms up.</summary>
internal sealed record SoakReport(LoadReport Load, IReadOnlyList<SoakSample> Samples, TimeSpan Duration)
{
    /// <summary>How much more memory the last quarter may have.</summary>
    public const double MaxGrowth = 0.05;

    /// <summary>How much longer the last quarter's 99th percentile may be, and how much is noise.</summary>
    public const double MaxSlowing = 0.5;
    private const double Noise = 10;

    public double ResidentGrowth => Growth(sample => sample.Resident);

    public double HeapGrowth => Growth(sample => sample.Heap);

    public (double Second, double Last) Percentiles => (Percentile(Duration / 4, Duration / 2), Percentile(Duration * 3 / 4, TimeSpan.MaxValue));

    public bool IsFlat => ResidentGrowth <= MaxGrowth && HeapGrowth <= MaxGrowth;

    public bool IsSteady => Percentiles is var (second, last) && last <= (second * (1 + MaxSlowing)) + Noise;

    /// <summary>A line a minute, and the verdict.</summary>
    public string ToTable()
    {
        var table = new StringBuilder("minute   calls  failed   p99 ms  resident MB  heap MB\n");
        for (var minute = 0; minute < Duration.TotalMinutes; minute++)
        {
            var (from, to) = (TimeSpan.FromMinutes(minute), TimeSpan.FromMinutes(minute + 1));
            var calls = Load.Outcomes.Where(outcome => outcome.Due >= from && outcome.Due < to).ToList();
            var samples = Samples.Where(sample => sample.At >= from && sample.At < to).ToList();
            table.Append(CultureInfo.InvariantCulture, $"{minute + 1,6}{calls.Count,8}{calls.Count(outcome => outcome.Failure is not null),8}{Percentile(from, to),9:0.0}{Median(samples.Select(sample => sample.Resident)) / 1e6,13:0.0}{Median(samples.Select(sample => sample.Heap)) / 1e6,9:0.0}\n");
        }

        var (second, last) = Percentiles;
        table.Append(CultureInfo.InvariantCulture, $"from the second quarter to the last: resident {ResidentGrowth:+0.0 %;-0.0 %}, heap after a collection {HeapGrowth:+0.0 %;-0.0 %}: {(IsFlat ? "flat" : "GROWS")}; ");
        return table.Append(CultureInfo.InvariantCulture, $"p99 {second:0.0} ms, then {last:0.0} ms: {(IsSteady ? "steady" : "SLOWS")}").ToString();
    }

    private double Growth(Func<SoakSample, double> value) =>
        (Median(Samples.Where(sample => sample.At >= Duration * 3 / 4).Select(value)) / Median(Samples.Where(sample => sample.At >= Duration / 4 && sample.At < Duration / 2).Select(value))) - 1;

    private double Percentile(TimeSpan from, TimeSpan to)
    {
        var took = Load.Outcomes.Where(outcome => outcome.Due >= from && outcome.Due < to).Select(outcome => outcome.Took.TotalMilliseconds).Order().ToList();
        return took.Count > 0 ? took[(int)Math.Ceiling(0.99 * took.Count) - 1] : double.NaN;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is { Count: > 0 } sorted ? sorted[sorted.Count / 2] : double.NaN;
}
