using System.CommandLine;
using CooperaNet.Matching.V1;
using Grpc.Core;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary><c>cooperanet verify-index [--repair]</c>.</summary>
internal static class VerifyIndexCommand
{
    public static Command Create()
    {
        var repair = new Option<bool>("--repair") { Description = "Take in anew what differs." };
        var command = new Command("verify-index", "For an administrator: compare the index of the running service with what is published.") { repair };
        command.SetAction((arguments, cancellationToken) => Session.RunAsync(arguments, async session =>
        {
            var left = 0L;
            using var call = session.Admin.VerifyIndex(new() { Repair = arguments.GetValue(repair) }, cancellationToken: cancellationToken);
            await foreach (var report in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                left += report.Missing + report.Superfluous + report.Outdated - report.Repaired;
                Show(session, report);
            }

            return left == 0 ? Exit.Done : Exit.Partly;
        }));
        return command;
    }

    private static void Show(Session session, VerifyIndexResponse report)
    {
        if (session.Json)
        {
            System.Console.Out.WriteLine(report); // one a line
            return;
        }

        session.Console.MarkupLineInterpolated($"partition {report.Partition + 1} of {report.Partitions}: {report.Compared} published, {report.Missing} missing, {report.Superfluous} superfluous, {report.Outdated} outdated, {report.Repaired} repaired; as of {report.AsOfTime.ToDateTimeOffset():u}");
        foreach (var example in report.Examples)
        {
            session.Console.MarkupLineInterpolated($"  [{(example.Repaired ? "green" : "red")}]{example.Kind.ToString().ToLowerInvariant()}[/] {example.Item}");
        }
    }
}
