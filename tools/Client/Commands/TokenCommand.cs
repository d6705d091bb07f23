using System.CommandLine;
using CooperaNet.Matching.Client.SignIn;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet token</c>: for programs such as curl.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var command = new Command("token", "Print a short-lived access token of who is signed in, alone on its line.");
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            var token = await CurrentToken.FindAsync(arguments, cancellationToken);
            if (token.Length == 0)
            {
                session.Errors.MarkupLineInterpolated($"[grey]{session.Texts.SignIn}[/]");
                return Exit.Refused;
            }

            System.Console.Out.WriteLine(token);
            return Exit.Done;
        }, signIn: false));
        return command;
    }
}
