using System.CommandLine;
using CooperaNet.Matching.V1;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet search WORDS</c>.</summary>
internal static class SearchCommand
{
    private static readonly Argument<string[]> Words = new("words") { Description = "What to look for in titles and summaries.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string> Filter = new("--filter", "-f") { Description = "For example \"kind = NEED AND country = BB\"." };
    private static readonly Option<int> Count = new("--count", "-n") { Description = "How many.", DefaultValueFactory = _ => 10 };

    public static Command Create()
    {
        var command = new Command("search", "Find published offers and needs by their words.") { Words, Filter, Count };
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            var answer = await session.Exchange.SearchExchangeAsync(
                new() { Query = string.Join(' ', arguments.GetValue(Words)!), Filter = arguments.GetValue(Filter) ?? "", PageSize = arguments.GetValue(Count) }, cancellationToken: cancellationToken);
            if (session.Json)
            {
                Session.Print(answer);
            }
            else if (answer.Hits.Count == 0)
            {
                session.Console.WriteLine(session.Texts.Nothing);
            }
            else
            {
                foreach (var hit in answer.Hits)
                {
                    session.Console.MarkupLine($"[bold]{Marked(hit.Title)}[/] ({hit.Country})");
                    session.Console.MarkupLine($"  {Marked(hit.Snippet)}");
                    session.Console.MarkupLineInterpolated($"  [grey]{hit.Name}[/]");
                }
            }

            return answer.Hits.Count > 0 ? Exit.Done : Exit.Partly;
        }));
        return command;
    }

    private static string Marked(IEnumerable<SearchHit.Types.Part> parts) => string.Concat(parts.Select(part => part.Found ? $"[yellow]{Markup.Escape(part.Text)}[/]" : Markup.Escape(part.Text)));
}
