using System.CommandLine;

namespace CooperaNet.Matching.Client;

/// <summary>Options of every command.</summary>
internal static class GlobalOptions
{
    public static Option<string> Server { get; } = new("--server")
    {
        Description = "The gateway's gRPC address; also COOPERANET_SERVER.",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("COOPERANET_SERVER") is { Length: > 0 } server ? server : "http://127.0.0.1:8081",
        Validators =
        {
            result =>
            {
                if (!Uri.TryCreate(result.GetValueOrDefault<string>(), UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                {
                    result.AddError($"--server {result.GetValueOrDefault<string>()}: give an address such as http://127.0.0.1:8081.");
                }
            },
        },
    };

    public static Option<string> Token { get; } = new("--token")
    {
        Description = "An access token; better in COOPERANET_TOKEN, where other users of this computer don't see it. Without one, that of who is signed in (login), or else you read what is published.",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("COOPERANET_TOKEN") ?? "",
    };

    public static Option<string> Instruction { get; } = new("--instruction")
    {
        Description = "For the Secretariat: the reference of the instruction on which it acts for the authority or partner, for example \"note of 2026-03-02\".",
        Recursive = true,
        DefaultValueFactory = _ => "",
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON, for scripts.", Recursive = true };

    public static Option<string> Language { get; } = new("--language", "-l")
    {
        Description = "The language of what is shown: en, es, pt or fr; also COOPERANET_LANGUAGE.",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("COOPERANET_LANGUAGE") is { Length: > 0 } language ? language : "en",
        Validators =
        {
            result =>
            {
                if (result.GetValueOrDefault<string>()?.ToLowerInvariant().Split('-')[0] is not ("en" or "es" or "pt" or "fr"))
                {
                    result.AddError($"--language {result.GetValueOrDefault<string>()}: give en, es, pt or fr.");
                }
            },
        },
    };
}
