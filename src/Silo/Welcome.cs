using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.Mail;
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
              token {{Token(app)}}
              mail  {{Mail(app)}}
            Try
              curl '{{json}}/v1/statistics?languageCode=es'
              curl '{{json}}/v1/authorities/-/needs'
              curl {{json}}/v1/suggestions:preview -H 'content-type: application/json' -d '{"need":{"title":"Alerta temprana de inundaciones","summary":"Buscamos experiencia en sistemas de alerta temprana para cuencas pequeñas." } }'

            """);
    }

    /// <summary>How one gets in.</summary>
    private static string Token(WebApplication app)
    {
        var signIn = app.Services.GetRequiredService<IOptions<SignInOptions>>().Value.IsOn ? $"{app.Services.GetRequiredService<IssuerAddress>().Base}identity/ (first person: invite-secretariat ADDRESS)" : "";
        var development = app.Environment.IsProduction() ? "" : "dotnet run --project src/Silo -- token --role secretariat";
        return string.Join(", or ", ((string[])[signIn, development]).Where(way => way.Length > 0).DefaultIfEmpty("from the issuers in Identity__Issuers"));
    }

    /// <summary>Where letters go.</summary>
    private static string Mail(WebApplication app) => app.Services.GetRequiredService<IOptions<MailOptions>>().Value is { Host.Length: > 0 } mail
        ? $"{mail.Host}:{mail.Port}" : $"{Path.Combine(app.Services.GetRequiredService<IdentityDatabase>().Folder, "mail")} (no mail server is set: Mail__Host)";
}
