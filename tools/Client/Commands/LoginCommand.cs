using System.CommandLine;
using CooperaNet.Matching.Client.SignIn;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet login</c> and <c>cooperanet logout</c>.</summary>
internal static class LoginCommand
{
    private static readonly Option<string> Address = new("--issuer")
    {
        Description = "The address of the sign-in pages; also COOPERANET_ISSUER. Default: port 8080 beside the server.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("COOPERANET_ISSUER") ?? "",
    };

    public static Command Create()
    {
        var command = new Command("login", "Sign in by a browser; later commands use it.") { Address };
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            var server = arguments.GetValue(GlobalOptions.Server)!;
            var address = arguments.GetValue(Address) is { Length: > 0 } given ? given : new UriBuilder(server) { Port = 8080 }.Uri.ToString();
            if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var issuer) || !(issuer.Scheme == "https" || (issuer.Scheme == "http" && issuer.IsLoopback)))
            {
                session.Errors.MarkupLineInterpolated($"[red]--issuer {address}: give an https address; http is for this computer only.[/]");
                return Exit.Refused;
            }

            using var client = new HttpClient();
            var tokens = await new Issuer(client, issuer).SignInAsync((page, code) => System.Console.Out.WriteLine(session.Texts.OpenPage(page, code)), cancellationToken);
            using var file = await SignInFile.OpenAsync(cancellationToken);
            await file.WriteAsync(CurrentToken.Read(server, issuer.ToString(), tokens), cancellationToken);
            session.Console.WriteLine(session.Texts.SignedIn);
            return Exit.Done;
        }, signIn: false));
        return command;
    }

    public static Command CreateLogout()
    {
        var command = new Command("logout", "Forget who is signed in, here and at the service.");
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            if (!File.Exists(SignInFile.Location))
            {
                return Exit.Done;
            }

            StoredSignIn? signIn;
            using (var file = await SignInFile.OpenAsync(cancellationToken))
            {
                signIn = await file.ReadAsync(cancellationToken);
                await file.WriteAsync(null, cancellationToken); // whether the service answers or not
            }

            if (signIn is not null)
            {
                using var client = new HttpClient();
                await new Issuer(client, new(signIn.Issuer)).RevokeAsync(signIn.RefreshToken, cancellationToken);
            }

            session.Console.WriteLine(session.Texts.SignedOut);
            return Exit.Done;
        }, signIn: false));
        return command;
    }
}
