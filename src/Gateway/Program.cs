using CooperaNet.Matching.Gateway;

var builder = WebApplication.CreateBuilder(args);
builder.UseOrleansClient(client => client.UseLocalhostClustering());
builder.UseGatewayPorts();
builder.Services.AddGateway();

await builder.Build().MapGateway().RunAsync();
