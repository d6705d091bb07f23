using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Gateway.Clustering;
using CooperaNet.Matching.Gateway.Telemetry;
using Microsoft.Extensions.Configuration.Memory;

// Without them each call would be a line, with its query.
var quietLogs = new Dictionary<string, string?>
{
    ["Logging:LogLevel:Microsoft"] = "Warning",
    ["Logging:LogLevel:Grpc"] = "Warning",
    ["Logging:LogLevel:Orleans"] = "Warning",
    ["Logging:LogLevel:Polly"] = "Warning",
};

try
{
    // Settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = quietLogs }); // what is set elsewhere wins
    builder.UseClusterClient().UseGatewayPorts().AddTelemetry();
    builder.Services.AddGateway();

    await builder.Build().UseTelemetry().MapGateway().RunAsync();
    return 0;
}
catch (OperationCanceledException)
{
    return 0; // told to stop while starting
}
catch (Exception error) when (error is InvalidOperationException or Microsoft.Extensions.Options.OptionsValidationException or IOException)
{
    await Console.Error.WriteLineAsync($"The front end cannot start: {error.Message}");
    return 1;
}
