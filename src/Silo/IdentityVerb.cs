using System.CommandLine;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>
/// The commands <c>invite-secretariat</c>, <c>remove-secretariat</c> and <c>set-application</c>: for whoever may read the storage folder,
/// while the service runs or rests. What they print last is a secret, alone on its line.
/// </summary>
internal static class IdentityVerb
{
    public static Task<int>? Find(string[] args, WebApplicationBuilder builder, StorageOptions storage)
    {
        var address = new Argument<string>("address") { Description = "An e-mail address." };
        var administrator = new Option<bool>("--administrator") { Description = "Somebody who runs the service, and sees no content." };
        var id = new Argument<string>("id") { Description = "The program's client_id: a-z, 0-9 and hyphen." };
        var participant = new Option<string>("--participant") { Description = "Whose program it is, such as authorities/bb; none for what anybody may do.", DefaultValueFactory = _ => "" };
        var scopes = new Option<string[]>("--scope") { Description = "What it may do.", DefaultValueFactory = _ => [Caller.Read], AllowMultipleArgumentsPerToken = true };
        scopes.AcceptOnlyFromAmong(Caller.Read, Caller.Write);
        var invite = new Command("invite-secretariat", "Makes somebody staff of the Secretariat, or gives them another link.") { address, administrator };
        invite.SetAction((arguments, cancellationToken) => RunAsync(builder, storage, async verbs =>
        {
            Console.WriteLine("Hand this link to the person; it works once, for seven days. It asks for a password, the first sign-in for a second factor:");
            Console.WriteLine(await verbs.InviteStaffAsync(arguments.GetValue(address)!, arguments.GetValue(administrator) ? "administrator" : "secretariat", cancellationToken));
            return 0;
        }));
        var remove = new Command("remove-secretariat", "Ends the access of staff; their access tokens end within ten minutes.") { address };
        remove.SetAction((arguments, cancellationToken) => RunAsync(builder, storage, async verbs =>
        {
            var removed = await verbs.RemoveStaffAsync(arguments.GetValue(address)!, cancellationToken);
            Console.WriteLine(removed ? "Removed." : "Nobody of the Secretariat has this address.");
            return removed ? 0 : 1;
        }));
        var application = new Command("set-application", "Registers a program, or gives it another secret.") { id, participant, scopes };
        application.SetAction((arguments, cancellationToken) => RunAsync(builder, storage, async verbs =>
        {
            var (name, owner) = (arguments.GetValue(id)!, arguments.GetValue(participant)!);
            if (!ResourceId.IsValid(name) || (owner.Length > 0 && ParentId.Find(owner) is null))
            {
                throw new StorageException($"'{name}' is not an id, or '{owner}' not a participant such as authorities/bb.");
            }

            Console.WriteLine($"The secret of {name}, for POST {new Uri(IdentityHosting.JsonPort(builder.Configuration), "connect/token")} with grant_type=client_credentials; it is shown once:");
            Console.WriteLine(await verbs.SetApplicationAsync(name, owner, arguments.GetValue(scopes)!, cancellationToken));
            return 0;
        }));
        Command[] commands = [invite, remove, application];
        return args.Length > 0 && commands.Any(command => command.Name == args[0])
            ? new RootCommand { invite, remove, application }.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false }) : null;
    }

    /// <summary>The identities alone: neither silo nor gateway.</summary>
    private static async Task<int> RunAsync(WebApplicationBuilder builder, StorageOptions storage, Func<IdentityVerbs, Task<int>> verb)
    {
        var server = storage.Provider == StorageProvider.PostgreSql ? storage.ReadConnectionString() : null;
        builder.Services.AddIdentities(IdentityDatabase.At(server, storage.Directory), IdentityHosting.JsonPort(builder.Configuration));
        await using var services = builder.Services.BuildServiceProvider();
        await using var scope = services.CreateAsyncScope();
        return await verb(new(scope.ServiceProvider));
    }
}
