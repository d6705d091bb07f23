using CooperaNet.Matching.Gateway;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Silo;

/// <summary>Tells a person where the service listens, where the data lies and what to try.</summary>
internal static class Welcome
{
    public static void Print(WebApplication app, string location)
    {
        var gateway = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var scheme = gateway.Certificate.Path.Length > 0 ? "https" : "http";
        var json = $"{scheme}://{gateway.Address}:{gateway.JsonPort}";
        Console.WriteLine($$"""

            CooperaNet.Matching is ready ({{app.Environment.EnvironmentName}}).
              JSON  {{json}}      OpenAPI: {{json}}/openapi/v1.json
              gRPC  {{scheme}}://{{gateway.Address}}:{{gateway.GrpcPort}}
              data  {{location}}
              token {{(app.Environment.IsProduction() ? "from the issuers in Identity__Issuers" : "dotnet run --project src/Silo -- token --role secretariat")}}
            Try
              curl '{{json}}/v1/statistics?languageCode=es'
              curl '{{json}}/v1/authorities/-/needs'
              curl {{json}}/v1/suggestions:preview -H 'content-type: application/json' -d '{"need":{"title":"Alerta temprana de inundaciones","summary":"Buscamos experiencia en sistemas de alerta temprana para cuencas pequeñas." } }'

            """);
    }
}
