using System.CommandLine;
using CooperaNet.Matching.V1;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet authorities</c>.</summary>
internal static class AuthoritiesCommand
{
    public static Command Create()
    {
        var command = new Command("authorities", "The member states' cooperation authorities.");
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            var answer = await session.Authorities.ListAuthoritiesAsync(new() { PageSize = 100 }, cancellationToken: cancellationToken);
            if (session.Json)
            {
                Session.Print(answer);
                return Exit.Done;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumn(session.Texts.Authority).AddColumn(session.Texts.Country).AddColumn(session.Texts.AccountTitle);
            foreach (var authority in answer.Authorities)
            {
                table.AddRow(Markup.Escape(authority.Name), Markup.Escape(NameOf(authority, session.Language)), $"[{(authority.AccountState == AccountState.Active ? "green" : "grey")}]{session.Texts.Account(authority.AccountState)}[/]");
            }

            session.Console.Write(table);
            return Exit.Done;
        }));
        return command;
    }

    private static string NameOf(Authority authority, string language) =>
        (authority.DisplayNames.FirstOrDefault(name => name.LanguageCode == language) ?? authority.DisplayNames.FirstOrDefault())?.Text ?? authority.Country;
}
