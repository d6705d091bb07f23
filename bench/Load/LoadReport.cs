using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using HdrHistogram;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>How one call went.</summary>
/// <param name="Call">Which.</param>
/// <param name="Due">When it was due, from the load's beginning.</param>
/// <param name="Took">From when it was due, not from when it began, so that a service that stands still is not spared (no coordinated omission).</param>
/// <param name="Failure">The status; null when it succeeded.</param>
/// <param name="IsComplete">False for an answer that lacks partitions.</param>
internal sealed record LoadOutcome(LoadCall Call, TimeSpan Due, TimeSpan Took, string? Failure, bool IsComplete);

/// <summary>What a load gave.</summary>
internal sealed class LoadReport
{
    private readonly ConcurrentQueue<LoadOutcome> outcomes = new();

    public IReadOnlyCollection<LoadOutcome> Outcomes => outcomes;

    /// <summary>Messages that watchers received.</summary>
    public long Watched;

    /// <summary>Names of the offers whose publication was acknowledged.</summary>
    public IReadOnlyList<string> Acknowledged { get; set; } = [];

    public void Add(LoadOutcome outcome) => outcomes.Enqueue(outcome);

    /// <summary>A line for each kind of call, and one for all: how many, failed, partial, and latencies in milliseconds.</summary>
    public string ToTable()
    {
        var table = new StringBuilder("call          calls  failed  partial     p50     p90     p99   p99.9     max  ms\n");
        foreach (var group in outcomes.GroupBy(outcome => outcome.Call.ToString()).OrderBy(group => group.Key, StringComparer.Ordinal).Append(outcomes.GroupBy(_ => "all").Single()))
        {
            var histogram = new LongHistogram(1, TimeSpan.FromMinutes(2).Ticks / 10, 3);
            foreach (var outcome in group)
            {
                histogram.RecordValue(Math.Max(1, (long)outcome.Took.TotalMicroseconds));
            }

            string Milliseconds(double percentile) => (histogram.GetValueAtPercentile(percentile) / 1_000.0).ToString("0.0", CultureInfo.InvariantCulture).PadLeft(8);
            table.Append(CultureInfo.InvariantCulture, $"{group.Key,-11}{group.Count(),8}{group.Count(outcome => outcome.Failure is not null),8}{group.Count(outcome => !outcome.IsComplete),9}");
            table.Append(Milliseconds(50)).Append(Milliseconds(90)).Append(Milliseconds(99)).Append(Milliseconds(99.9)).Append(Milliseconds(100)).Append('\n');
        }

        foreach (var failure in outcomes.Where(outcome => outcome.Failure is not null).GroupBy(outcome => outcome.Failure!).OrderByDescending(group => group.Count()).Take(5))
        {
            table.Append(CultureInfo.InvariantCulture, $"  {failure.Count()} x {failure.Key}\n");
        }

        return table.ToString();
    }

    /// <summary>Latencies over time, a dot a call, failures apart: an SVG image.</summary>
    public string ToPlot()
    {
        var plot = new PlotModel { Title = "Latency from when each call was due", Background = OxyColors.White };
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "s" });
        plot.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, Title = "ms" });
        var (answered, failed) = (Dots("answered", OxyColors.SteelBlue), Dots("failed", OxyColors.Firebrick));
        foreach (var outcome in outcomes)
        {
            (outcome.Failure is null ? answered : failed).Points.Add(new(outcome.Due.TotalSeconds, Math.Max(0.1, outcome.Took.TotalMilliseconds)));
        }

        plot.Series.Add(answered);
        plot.Series.Add(failed);
        using var image = new MemoryStream();
        new SvgExporter { Width = 1_000, Height = 400 }.Export(plot, image);
        return Encoding.UTF8.GetString(image.ToArray());

        static ScatterSeries Dots(string title, OxyColor color) => new() { Title = title, MarkerType = MarkerType.Circle, MarkerSize = 1.5, MarkerFill = color };
    }
}
