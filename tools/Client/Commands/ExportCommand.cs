using System.CommandLine;
using Grpc.Core;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet export --authority pe --output catalogue.csv</c>.</summary>
internal static class ExportCommand
{
    private static readonly Option<string> Authority = new("--authority", "-a") { Description = "Whose items: pe, authorities/pe, partners/some-id; authorities/- for all.", DefaultValueFactory = _ => "authorities/-" };
    private static readonly Option<string> Filter = new("--filter", "-f") { Description = "For example \"state = PUBLISHED AND kind = OFFER\"." };
    private static readonly Option<string> Format = new("--format") { Description = "csv or jsonl.", DefaultValueFactory = _ => "csv" };
    private static readonly Option<string> Delimiter = new("--delimiter") { Description = "Between the columns of a csv: , or ;", DefaultValueFactory = _ => "," };
    private static readonly Option<FileInfo> Output = new("--output", "-o") { Description = "The file to write; standard output when not given." };

    public static Command Create()
    {
        var command = new Command("export", "Write a catalogue as a file that import reads back.") { Authority, Filter, Format, Delimiter, Output };
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            var target = arguments.GetValue(Output);
            var partial = target is null ? null : new FileInfo(target.FullName + ".partial"); // an interrupted export leaves no half file behind
            await using (var stream = partial?.Create() ?? System.Console.OpenStandardOutput())
            {
                try
                {
                    using var call = session.Catalog.ExportCatalog(new()
                    {
                        Parent = Names.Parent(arguments.GetValue(Authority)!),
                        Filter = arguments.GetValue(Filter) ?? "",
                        Format = arguments.GetValue(Format),
                        Delimiter = arguments.GetValue(Delimiter),
                        LanguageCode = session.Language,
                    }, cancellationToken: cancellationToken);
                    await foreach (var piece in call.ResponseStream.ReadAllAsync(cancellationToken))
                    {
                        await stream.WriteAsync(piece.Data.Memory, cancellationToken);
                    }
                }
                catch
                {
                    partial?.Delete();
                    throw;
                }
            }

            if (partial is not null)
            {
                partial.MoveTo(target!.FullName, overwrite: true);
                session.Errors.MarkupLineInterpolated($"[green]{target.Name}[/] {new FileInfo(target.FullName).Length:N0} bytes");
            }

            return Exit.Done;
        }));
        return command;
    }
}
