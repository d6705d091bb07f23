using System.CommandLine;
using CooperaNet.Matching.Client;
using CooperaNet.Matching.Client.Commands;

var root = new RootCommand("CooperaNet.Matching from the command line: catalogues in and out, suggestions, search and figures.")
{
    GlobalOptions.Server, GlobalOptions.Token, GlobalOptions.Instruction, GlobalOptions.Json, GlobalOptions.Language,
    LoginCommand.Create(), LoginCommand.CreateLogout(), TokenCommand.Create(),
    ImportCommand.Create(), ExportCommand.Create(),
    SuggestCommand.Create(), ProspectsCommand.Create(), SearchCommand.Create(), StatsCommand.Create(),
    AuthoritiesCommand.Create(), ShowCommand.Create(),
    VerbCommand.Create("publish", "Publish a draft or a withdrawn item."), VerbCommand.Create("withdraw", "Take a published item back."), VerbCommand.Create("confirm", "Say that a published item still holds."),
    VerifyIndexCommand.Create(),
};
var parsed = root.Parse(args);
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(3) });
return parsed.Errors.Count > 0 ? Exit.Refused : code;
