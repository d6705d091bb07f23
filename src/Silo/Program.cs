using CooperaNet.Matching;
using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Clustering;
using CooperaNet.Matching.Gateway.Telemetry;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.Silo;
using CooperaNet.Matching.Storage;
using Microsoft.Extensions.Options;

try
{
    // Settings and sample lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    if (builder.Environment.IsProduction() && builder.Configuration.GetValue<bool>("Exchange:LoadSample"))
    {
        throw new StorageException("Exchange__LoadSample is set: the sample never goes into a Production exchange.");
    }

    var storage = builder.Configuration.GetSection(StorageOptions.Section).Get<StorageOptions>() ?? new();
    if (Verbs.FindReading(args, builder.Environment, storage) is { } reading)
    {
        return await reading;
    }

    if (IdentityVerb.Find(args, builder, storage) is { } identity)
    {
        return await identity;
    }

    await using var database = await ExchangeDatabase.OpenAsync(storage, default);
    if (Verbs.FindWriting(args, database, builder.Configuration) is { } writing)
    {
        return await writing;
    }

    var cluster = builder.Configuration.GetSection(ClusterMembershipSettings.Section).Get<ClusterMembershipSettings>() ?? new();
    builder.UseOrleans(silo => silo.UseStorage(database).UseCluster(database, cluster).AddMatching().AddOperatorsDashboard(builder.Configuration));
    var issues = builder.UseIdentities(IdentityDatabase.Beside(database.DataSource, database.Folder));
    builder.UseGatewayPorts(signIn: issues).AddTelemetry();
    var answersClients = builder.Configuration.GetValue($"{GatewayOptions.Section}:{nameof(GatewayOptions.Enabled)}", true);
    _ = answersClients ? builder.Services.AddGateway() : builder.Services.AddHealth();
    if (!builder.Environment.IsProduction())
    {
        builder.Services.AddTokenIssuer(InstallationTokens.Issuer, InstallationTokens.ToSecurityKey(InstallationKey.OpenOrCreate(database.Folder)));
    }

    // Alone, there is nothing to hand over.
    builder.Services.AddOptions<HostOptions>().Configure<IOptions<GatewayOptions>>((host, gateway) => host.ShutdownTimeout = database.ServerConnectionString is null ? TimeSpan.FromSeconds(4) : gateway.Value.DrainFor + TimeSpan.FromSeconds(60));

    var app = builder.Build().UseTelemetry().MapDashboard();
    _ = answersClients ? app.MapGateway() : app.MapHealth();
    if (answersClients && issues)
    {
        app.MapIssuer();
    }

    try
    {
        await app.StartAsync();
    }
    catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
    {
        return 0; // told to stop while starting
    }

    Welcome.Print(app, database.Location);
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception error) when (Failures.Explain(error) is { } explanation)
{
    await Console.Error.WriteLineAsync($"CooperaNet.Matching cannot start: {explanation}");
    return 1;
}
