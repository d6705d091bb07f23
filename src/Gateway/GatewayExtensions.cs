using System.Net;
using System.Security.Cryptography.X509Certificates;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Accounts;
using CooperaNet.Matching.Gateway.Audit;
using CooperaNet.Matching.Gateway.Authorities;
using CooperaNet.Matching.Gateway.Catalogs;
using CooperaNet.Matching.Gateway.Errors;
using CooperaNet.Matching.Gateway.Items;
using CooperaNet.Matching.Gateway.Json;
using CooperaNet.Matching.Gateway.Limits;
using CooperaNet.Matching.Gateway.OpenApi;
using CooperaNet.Matching.Gateway.Quality;
using CooperaNet.Matching.Gateway.Resilience;
using CooperaNet.Matching.Gateway.Statistics;
using CooperaNet.Matching.Gateway.Streams;
using CooperaNet.Matching.Gateway.Suggestions;
using CooperaNet.Matching.Gateway.Telemetry;
using CooperaNet.Matching.Items;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Gateway;

/// <summary>Everything of the gateway except which cluster it joins; the host decides that.</summary>
public static class GatewayExtensions
{
    private const int MaxMessageBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Listens on the two ports.</summary>
    /// <exception cref="InvalidOperationException">The address is none, or lies beyond loopback without TLS and sign-in; the certificate can't be used.</exception>
    /// <param name="builder">The host.</param>
    /// <param name="signIn">Whether the host issues tokens itself.</param>
    public static WebApplicationBuilder UseGatewayPorts(this WebApplicationBuilder builder, bool signIn = false)
    {
        var options = builder.Configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new();
        var (certificate, issuers) = (options.Certificate.Load(), options.Certificate.LoadIssuers());
        var address = Address(options, signIn || builder.Configuration.GetSection($"{IdentityOptions.Section}:{nameof(IdentityOptions.Issuers)}").GetChildren().Any());

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, options.JsonPort, listen => Secure(listen, HttpProtocols.Http1, certificate, issuers));
            if (options.Enabled)
            {
                kestrel.Listen(address, options.GrpcPort, listen => Secure(listen, HttpProtocols.Http2, certificate, issuers));
            }

            kestrel.Limits.MaxRequestBodySize = MaxMessageBytes;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(3); // a client that vanished is gone within ten seconds: Kestrel looks once a second
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(3);
            kestrel.Limits.MaxConcurrentConnections = 10_000;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 100;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.AddServerHeader = false;
        });
        return builder;
    }

    /// <summary>The address to listen on.</summary>
    /// <exception cref="InvalidOperationException">It is none, or lies beyond loopback without TLS and sign-in.</exception>
    internal static IPAddress Address(GatewayOptions options, bool signIn) => !IPAddress.TryParse(options.Address, out var address)
        ? throw new InvalidOperationException($"Gateway__Address={options.Address} is not an IP address.")
        : IPAddress.IsLoopback(address) || (options.Certificate.Path.Length > 0 && signIn) ? address
        : throw new InvalidOperationException(
            $"Gateway__Address={options.Address} is not a loopback address; beyond loopback the gateway listens only with TLS (Gateway__Certificate__Path) and sign-in (the built-in issuer, or Identity__Issuers__0__Issuer).");

    /// <summary>Adds the services.</summary>
    public static IServiceCollection AddGateway(this IServiceCollection services)
    {
        services.AddOptions<FreshnessOptions>().BindConfiguration(FreshnessOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddAccess();
        services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<ErrorInterceptor>();
            grpc.Interceptors.Add<LoadInterceptor>();
            grpc.Interceptors.Add<ScanInterceptor>();
            grpc.Interceptors.Add<RetryInterceptor>();
            grpc.Interceptors.Add<OwnershipInterceptor>();
            grpc.MaxReceiveMessageSize = MaxMessageBytes;
            grpc.CompressionProviders.Add(new BoundedGzip(MaxMessageBytes));
        }).AddJsonTranscoding(json =>
        {
            json.JsonSettings.RemoveEnumPrefix = true;
            json.TypeRegistry = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);
        });
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<GatewayOptions>>((cors, gateway) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. gateway.Value.AllowedOrigins]).AllowAnyHeader().AllowAnyMethod()
            .WithExposedHeaders("grpc-status", "grpc-message", "grpc-status-details-bin").SetPreflightMaxAge(TimeSpan.FromHours(1))));
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks();
        services.AddHealth();
        services.AddMetrics().AddSingleton<GatewayMeters>().AddSingleton<ProcessorQueue>().AddSingleton<LoadInterceptor>().AddSingleton<RetryInterceptor>().AddSingleton<RateLimits>().AddSingleton<ScanInterceptor>();
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy { Timeout = Deadline });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<StreamGuard>().AddSingleton<StatisticsFeed>().AddHostedService(provider => provider.GetRequiredService<StatisticsFeed>())
            .AddSingleton<SuggestionsFeed>().AddHostedService(provider => provider.GetRequiredService<SuggestionsFeed>());
        return services;
    }

    /// <summary>Adds what a process without a gateway tells of itself, too.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddOptions<GatewayOptions>().BindConfiguration(GatewayOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHealthChecks().AddCheck<ReadyCheck>("ready", tags: ["ready"]);
        services.AddHostedService<Draining>();
        return services;
    }

    private static void Secure(ListenOptions listen, HttpProtocols protocols, X509Certificate2? certificate, X509Certificate2Collection issuers)
    {
        listen.Protocols = protocols;
        if (certificate is not null)
        {
            listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate, ServerCertificateChain = issuers });
        }
    }

    /// <summary>Maps what a process without a gateway tells of itself, too: whether it lives, and whether it is ready.</summary>
    public static WebApplication MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") });
        return app;
    }

    /// <summary>Takes callers' addresses, and whether they came by TLS, from the proxies that are known, and from nobody else.</summary>
    private static void UseProxies(WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.Proxies;
        if (proxies.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        proxies.ToList().ForEach(proxy => forwarded.KnownIPNetworks.Add(GatewayOptions.FindNetwork(proxy)!.Value));
        app.UseForwardedHeaders(forwarded);
    }

    /// <summary>Maps the services.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        UseProxies(app);
        app.UseMiddleware<SecurityHeaders>();
        app.UseRouting();
        app.UseCors();
        app.UseRequestTimeouts();
        app.UseMiddleware<IssuerGuard>();
        app.UseAuthentication(); // which answers for the built-in issuer, if there is one: behind all that holds for everybody
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.UseMiddleware<UnreadableMessages>();
        app.UseMiddleware<AccessGuard>();
        app.UseMiddleware<RateGuard>();
        app.UseMiddleware<QueryGuard>();
        app.MapGrpcService<AuthorityService>();
        app.MapGrpcService<AccountService>();
        app.MapGrpcService<ExchangeService>();
        app.MapGrpcService<CatalogService>();
        app.MapGrpcService<MatchingService>();
        app.MapGrpcService<StatisticsService>();
        app.MapGrpcService<QualityService>();
        app.MapGrpcService<AdminService>();
        app.MapGrpcReflectionService();
        app.MapGrpcHealthChecksService();
        app.MapHealth();
        app.MapGet("/openapi/v1.json", async () => Results.Text(await OpenApiDocumentBuilder.JsonAsync(), "application/json"));
        app.MapGet("/", () => Results.Redirect("/openapi/v1.json"));
        Policy.CheckCovers(((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints));
        return app;
    }
}
