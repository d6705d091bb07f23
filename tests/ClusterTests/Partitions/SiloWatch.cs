using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CooperaNet.Matching.ClusterTests.Partitions;

/// <summary>What the silos of an exchange log from now on, and what their meters say.</summary>
internal sealed class SiloWatch : IDisposable
{
    private readonly ConcurrentQueue<string> lines = new();
    private readonly ConcurrentDictionary<string, double> sums = new();
    private readonly MeterListener listener = new();

    public SiloWatch(ExchangeFixture exchange)
    {
        var factories = exchange.Silos.Select(silo => silo.GetRequiredService<IMeterFactory>()).ToHashSet();
        foreach (var silo in exchange.Silos)
        {
            silo.GetRequiredService<ILoggerFactory>().AddProvider(new Recorder(lines));
        }

        listener.InstrumentPublished = (instrument, watching) =>
        {
            if (instrument.Meter.Scope is IMeterFactory factory && factories.Contains(factory))
            {
                watching.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();
    }

    /// <summary>Errors and warnings that name something.</summary>
    public IReadOnlyList<string> Naming(string name) => [.. lines.Where(line => line.Contains(name, StringComparison.Ordinal))];

    /// <summary>A gauge now, summed over silos and partitions.</summary>
    public double Gauge(string name)
    {
        sums.TryRemove(name, out _);
        listener.RecordObservableInstruments();
        return sums.GetValueOrDefault(name);
    }

    /// <summary>What a counter counted since the watch began.</summary>
    public double Count(string name) => sums.GetValueOrDefault(name);

    public void Dispose() => listener.Dispose();

    private sealed class Recorder(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lines.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
