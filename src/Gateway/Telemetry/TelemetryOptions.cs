using System.ComponentModel.DataAnnotations;

namespace CooperaNet.Matching.Gateway.Telemetry;

/// <summary>Where operators look. Bound from the section "Telemetry". Where OTLP goes is said by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT, …).</summary>
public sealed class TelemetryOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Telemetry";

    /// <summary>A port of its own for operators, in the clear: /metrics for Prometheus, /health, and the dashboard of a silo. 0 for none. Default: 0.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; }

    /// <summary>The address of that port. Beyond loopback the dashboard wants an administrator's token; keep the port in the operators' network. Default: 127.0.0.1.</summary>
    public string Address { get; set; } = "127.0.0.1";
}
