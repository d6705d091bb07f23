using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Gateway.Clustering;
using CooperaNet.Matching.Gateway.Telemetry;

try
{
    // Settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.UseClusterClient().UseGatewayPorts().AddTelemetry();
    builder.Services.AddGateway();

    await builder.Build().UseTelemetry().MapGateway().RunAsync();
    return 0;
}
catch (Exception error) when (error is InvalidOperationException or Microsoft.Extensions.Options.OptionsValidationException or IOException)
{
    await Console.Error.WriteLineAsync($"The front end cannot start: {error.Message}");
    return 1;
}
