using System.CommandLine;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>
/// The command <c>token</c>: prints an access token alone on the last line, valid for 15 minutes, for whoever may read the storage
/// folder. The service may run meanwhile, as nothing but the key is read.
/// </summary>
internal static class TokenVerb
{
    public static Task<int> RunAsync(IHostEnvironment environment, StorageOptions storage, string[] args, TimeProvider clock)
    {
        if (environment.IsProduction())
        {
            throw new StorageException("'token' is for development: in Production tokens come from the issuers in Identity__Issuers.");
        }

        var role = new Option<string>("--role") { Description = "Whose token.", Required = true };
        role.AcceptOnlyFromAmong("focal-point", "partner", "secretariat", "administrator", "application");
        var participant = new Option<string>("--participant") { Description = "The account: authorities/bb for a focal point, partners/some-id for a partner, either for an application.", DefaultValueFactory = _ => "" };
        var scopes = new Option<string[]>("--scope") { Description = "What an application may do.", DefaultValueFactory = _ => [] };
        scopes.AcceptOnlyFromAmong(Caller.Read, Caller.Write);
        var subject = new Option<string>("--subject") { Description = "The sub of the token.", DefaultValueFactory = _ => "" };
        var instruction = new Option<string?>("--instruction") { Description = "On which instruction the Secretariat acts where a request states none. Default: local development." };
        var command = new RootCommand("Prints a short-lived access token alone on the last line.") { role, participant, scopes, subject, instruction };
        command.SetAction(arguments => Print(
            storage, Instructed(Claims(arguments.GetValue(role)!, arguments.GetValue(participant)!, arguments.GetValue(scopes)!, arguments.GetValue(subject)!), arguments.GetValue(instruction)), clock));
        return command.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    }

    private static TokenClaims Claims(string role, string participant, string[] scopes, string subject)
    {
        var owner = ParentId.Find(participant);
        var fits = role switch
        {
            "focal-point" => owner is { Kind: ParentKind.Authority },
            "partner" => owner is { Kind: ParentKind.Partner },
            "application" => participant.Length == 0 || owner is not null,
            _ => participant.Length == 0,
        };
        return !fits ? throw new StorageException($"--participant '{participant}' does not fit the role {role}: a focal point has an authority (authorities/bb), a partner a partner (partners/some-id), an application one of them or none, the others none.")
            : scopes.Length > 0 && role != "application" ? throw new StorageException("--scope is for applications only.")
            : new(subject.Length > 0 ? subject : $"token-verb:{(participant.Length > 0 ? participant : role)}", role, participant, scopes);
    }

    private static TokenClaims Instructed(TokenClaims claims, string? instruction) => claims.Role == "secretariat"
        ? claims with { Instruction = instruction ?? "local development" }
        : instruction is null ? claims : throw new StorageException("--instruction is for the Secretariat only.");

    private static int Print(StorageOptions storage, TokenClaims claims, TimeProvider clock)
    {
        var directory = Path.GetFullPath(storage.Directory);
        using var key = InstallationKey.Find(directory) ?? throw new StorageException($"The storage folder '{directory}' has no key yet: start the service once, or set Storage__Directory to its folder.");
        Console.WriteLine($"Role {claims.Role}{(claims.Participant.Length > 0 ? $" of {claims.Participant}" : "")}, valid for {InstallationTokens.Lifetime.TotalMinutes} minutes. Send it as 'Authorization: Bearer …':");
        Console.WriteLine(InstallationTokens.Write(key, claims, clock.GetUtcNow(), InstallationTokens.Lifetime));
        return 0;
    }
}
