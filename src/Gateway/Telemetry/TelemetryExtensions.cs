using System.Net;
using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CooperaNet.Matching.Gateway.Telemetry;

/// <summary>Metrics, traces and logs by OpenTelemetry; names in docs/operations.md.</summary>
public static class TelemetryExtensions
{
    /// <summary>OpenTelemetry's own variable: without it nothing is exported.</summary>
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Finest where a call ought to be: in seconds.</summary>
    private static readonly double[] Durations = [.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5];

    /// <summary>Measures and, where a collector is named, exports; opens the operators' port.</summary>
    /// <exception cref="InvalidOperationException">The address is none.</exception>
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(TelemetryOptions.Section).Get<TelemetryOptions>() ?? new();
        builder.Services.AddOptions<TelemetryOptions>().BindConfiguration(TelemetryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var exports = !string.IsNullOrEmpty(builder.Configuration[OtlpEndpoint]);
        if (options.Port == 0 && !exports)
        {
            return builder; // nobody looks
        }

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("cooperanet-matching", serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("CooperaNet.Matching", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql");
                metrics.AddView("cooperanet.*.duration", new ExplicitBucketHistogramConfiguration { Boundaries = Durations });
                if (options.Port > 0)
                {
                    metrics.AddPrometheusExporter();
                }

                if (exports)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (exports)
        {
            telemetry.WithTracing(traces => traces
                .AddSource("Microsoft.AspNetCore", "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Lifecycle", "Microsoft.Orleans.Storage", "Npgsql")
                .AddOtlpExporter());
            builder.Logging.AddOpenTelemetry(logs => logs.AddOtlpExporter());
        }

        if (options.Port > 0)
        {
            var address = IPAddress.TryParse(options.Address, out var parsed) ? parsed : throw new InvalidOperationException($"Telemetry__Address={options.Address} is not an IP address.");
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, options.Port));
        }

        return builder;
    }

    /// <summary>Answers on the operators' port what belongs there, and nothing else; elsewhere nothing of it.</summary>
    public static WebApplication UseTelemetry(this WebApplication app)
    {
        var port = app.Services.GetRequiredService<IOptions<TelemetryOptions>>().Value.Port;
        if (port == 0)
        {
            return app;
        }

        app.Use((context, next) =>
        {
            var isOperators = context.Connection.LocalPort == port;
            var path = context.Request.Path;
            var isTelemetry = path.StartsWithSegments("/metrics") || path.StartsWithSegments("/dashboard");
            if (isOperators ? isTelemetry || path.StartsWithSegments("/health") : !isTelemetry)
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => context.Connection.LocalPort == port && context.Request.Path == "/metrics");
        return app;
    }
}
