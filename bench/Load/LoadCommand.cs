using System.CommandLine;
using CooperaNet.Matching.Identity;

namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>The command <c>load</c>: a realistic mix against any gateway, as a table and a plot.</summary>
internal static class LoadCommand
{
    public static Option<string> Parent { get; } = new("--parent") { Description = "Whose items are written.", DefaultValueFactory = _ => "authorities/pe" };

    public static Option<string> Folder { get; } = new("--folder") { Description = "The storage folder of an exchange in Development, whose key makes the token; otherwise COOPERANET_TOKEN is sent.", DefaultValueFactory = _ => "" };

    public static Option<string> Metrics { get; } = new("--metrics") { Description = "What the service tells Prometheus.", DefaultValueFactory = _ => "http://127.0.0.1:9464/metrics" };

    public static Task<int> RunAsync(string[] args)
    {
        var gateways = new Argument<string[]>("gateways") { Description = "gRPC addresses, such as http://127.0.0.1:8081.", Arity = ArgumentArity.OneOrMore };
        var rate = new Option<double>("--rate") { Description = "Calls a second.", DefaultValueFactory = _ => 50 };
        var seconds = new Option<double>("--seconds") { DefaultValueFactory = _ => 30 };
        var watchers = new Option<int>("--watchers") { Description = "Streams of the figures held open." };
        var plot = new Option<string>("--plot") { Description = "A file for the plot, SVG.", DefaultValueFactory = _ => "" };
        var command = new RootCommand("Drives a gateway.") { gateways, rate, seconds, watchers, Parent, Folder, plot };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var options = new LoadOptions
            {
                Gateways = arguments.GetValue(gateways)!,
                Rate = arguments.GetValue(rate),
                Duration = TimeSpan.FromSeconds(arguments.GetValue(seconds)),
                Watchers = arguments.GetValue(watchers),
                Parent = arguments.GetValue(Parent)!,
                Token = Token(arguments.GetValue(Folder)!, arguments.GetValue(Parent)!),
            };
            var report = await LoadDriver.RunAsync(options, null, cancellationToken);
            Console.WriteLine(report.ToTable());
            Console.WriteLine($"{report.Acknowledged.Count} publications acknowledged; watchers received {report.Watched} messages");
            if (arguments.GetValue(plot) is { Length: > 0 } file)
            {
                await File.WriteAllTextAsync(file, report.ToPlot(), cancellationToken);
            }
        });
        return command.Parse(args).InvokeAsync();
    }

    /// <summary>Gives tokens, a new one each time, by the key in the folder, or the one in the environment.</summary>
    public static Func<string> Token(string folder, string parent)
    {
        if (folder.Length == 0)
        {
            return () => Environment.GetEnvironmentVariable("COOPERANET_TOKEN") ?? "";
        }

        // Held to the end: what signs keeps it for the next token.
        var key = InstallationKey.Find(Path.GetFullPath(folder)) ?? throw new InvalidOperationException($"'{folder}' has no installation-key.pem: start the exchange in Development once.");
        return () => InstallationTokens.Write(key, new("load", "focal-point", parent, []), DateTimeOffset.UtcNow, InstallationTokens.Lifetime);
    }
}
