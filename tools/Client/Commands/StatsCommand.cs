using System.CommandLine;
using CooperaNet.Matching.Client.Output;
using CooperaNet.Matching.V1;
using Grpc.Core;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet stats [--watch]</c>.</summary>
internal static class StatsCommand
{
    private const int LabelWidth = 36;

    private static readonly Option<bool> Watch = new("--watch", "-w") { Description = "Keep them on the screen as they change; Ctrl-C ends it." };
    private static readonly Option<string> Table = new("--table", "-t") { Description = "type, country, area, goal or account; all when not given." };

    public static Command Create()
    {
        var command = new Command("stats", "The Secretariat's figures.") { Watch, Table };
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, session => arguments.GetValue(Watch)
            ? WatchAsync(session, arguments.GetValue(Table), cancellationToken)
            : ShowAsync(session, arguments.GetValue(Table), cancellationToken)));
        return command;
    }

    private static async Task<int> ShowAsync(Session session, string? table, CancellationToken cancellationToken)
    {
        var statistics = await session.Statistics.GetStatisticsAsync(new() { LanguageCode = session.Language }, cancellationToken: cancellationToken);
        if (session.Json)
        {
            Session.Print(statistics);
        }
        else
        {
            session.Console.Write(Draw(session, statistics.Tables, table));
            session.Console.MarkupLineInterpolated($"[grey]{statistics.AsOfTime.ToDateTimeOffset():u}[/]");
        }

        return Exit.Done;
    }

    private static async Task<int> WatchAsync(Session session, string? table, CancellationToken cancellationToken)
    {
        var tables = new Dictionary<string, StatisticsTable>();
        var token = "";
        var live = session.Json ? null : session.Console.Live(new Text(""));
        await (live is null ? ReadAsync(null) : live.StartAsync(context => ReadAsync(context)));
        return Exit.Done;

        async Task ReadAsync(LiveDisplayContext? screen)
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    using var call = session.Statistics.WatchStatistics(new() { LanguageCode = session.Language, ResumeToken = token }, cancellationToken: cancellationToken);
                    await foreach (var message in call.ResponseStream.ReadAllAsync(cancellationToken))
                    {
                        (token, attempt) = (message.ResumeToken, 0);
                        foreach (var changed in message.Statistics?.Tables ?? [])
                        {
                            tables[changed.Id] = changed;
                        }

                        if (screen is null)
                        {
                            System.Console.Out.WriteLine(message);
                        }
                        else
                        {
                            screen.UpdateTarget(Draw(session, tables.Values, table));
                        }
                    }
                }
                catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable or StatusCode.ResourceExhausted && attempt < 8)
                {
                    await Task.Delay(TimeSpan.FromSeconds(0.3 * Math.Pow(2, attempt)), cancellationToken);
                }
            }
        }
    }

    private static Rows Draw(Session session, IEnumerable<StatisticsTable> tables, string? only) => new(tables.Where(table => only is null || table.Id == only).SelectMany(table => Draw(session.Texts, table)));

    private static IEnumerable<IRenderable> Draw(Texts texts, StatisticsTable table)
    {
        var chart = new BarChart().Width(78).Label($"[bold]{Markup.Escape(texts.Table(table.Id, table.Total, table.Denominator))}[/]").LeftAlignLabel().ShowValues();
        foreach (var row in table.Rows)
        {
            chart.AddItem(Markup.Escape(row.Label.Length > LabelWidth ? row.Label[..(LabelWidth - 1)] + "…" : row.Label), row.Count, Color.Blue);
        }

        yield return chart;
        yield return new Markup($"[grey]{Markup.Escape(table.Footnote)}[/]\n");
    }
}
