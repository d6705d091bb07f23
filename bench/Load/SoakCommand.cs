using System.CommandLine;

namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>The command <c>soak ADDRESS MINUTES [RATE]</c>: whether a service under load for long stays as it is.</summary>
internal static class SoakCommand
{
    public static Task<int> RunAsync(string[] args)
    {
        var gateway = new Argument<string>("gateway") { Description = "Its gRPC address." };
        var minutes = new Argument<double>("minutes");
        var rate = new Argument<double>("rate") { Description = "Calls a second.", DefaultValueFactory = _ => 20 };
        var command = new RootCommand("Holds a load and tells memory and p99 by the minute; exit code 1 when one of them grew.") { gateway, minutes, rate, LoadCommand.Metrics, LoadCommand.Parent, LoadCommand.Folder };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var load = new LoadOptions
            {
                Gateways = [arguments.GetValue(gateway)!],
                Rate = arguments.GetValue(rate),
                Duration = TimeSpan.FromMinutes(arguments.GetValue(minutes)),
                Kept = 500,
                Parent = arguments.GetValue(LoadCommand.Parent)!,
                Token = LoadCommand.Token(arguments.GetValue(LoadCommand.Folder)!, arguments.GetValue(LoadCommand.Parent)!),
            };
            var report = await Soak.RunAsync(load, new(arguments.GetValue(LoadCommand.Metrics)!), cancellationToken);
            Console.WriteLine(report.Load.ToTable());
            Console.WriteLine(report.ToTable());
            return report.IsFlat && report.IsSteady ? 0 : 1;
        });
        return command.Parse(args).InvokeAsync();
    }
}
