using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>What the documents show is what a person gets who tries it.</summary>
public sealed partial class DocumentationTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string Root = FindRoot(AppContext.BaseDirectory);
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-docs-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>Runs each command of the console blocks against the sample, in order, and compares what it prints; … stands for anything.</summary>
    [Fact]
    public async Task The_examples_of_the_api_do_what_they_show()
    {
        await using var exchange = await ExchangeProcess.Start(directory, sample: true).ReadyAsync(cancellation);
        var examples = ConsoleBlock().Matches(await File.ReadAllTextAsync(Path.Combine(Root, "docs", "api.md"), cancellation))
            .SelectMany(block => Example().Matches(block.Groups[1].Value)).Select(match => (Command: match.Groups[1].Value, Shown: match.Groups[2].Value.Trim())).ToList();

        Assert.InRange(examples.Count, 10, 100);
        foreach (var (command, shown) in examples)
        {
            var printed = await RunAsync(await TokensAsync(exchange), "bash", ["-c", command.Replace("http://127.0.0.1:8080/", exchange.Json.BaseAddress!.ToString(), StringComparison.Ordinal)]);
            Assert.True(Regex.IsMatch(printed.Trim(), "^" + Regex.Escape(shown).Replace("…", ".*?", StringComparison.Ordinal) + "$", RegexOptions.Singleline), $"{command}\nshown:   {shown}\nprinted: {printed}");
        }
    }

    [Fact]
    public async Task The_example_in_csharp_runs()
    {
        await using var exchange = await ExchangeProcess.Start(directory, sample: true).ReadyAsync(cancellation);
        var example = Path.Combine(AppContext.BaseDirectory, "..", "..", "CooperaNet.Matching.Example", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "CooperaNet.Matching.Example.dll");

        for (var repeat = 0; repeat < 2; repeat++)
        {
            var printed = await RunAsync(await TokensAsync(exchange), "dotnet", [example, exchange.Grpc.BaseAddress!.ToString()]);

            Assert.Contains("Snapshot 239 items", printed, StringComparison.Ordinal); // the sample's and its own, once
            Assert.Contains("InvalidArgument need.goals: 99 is not a goal", printed, StringComparison.Ordinal);
        }
    }

    /// <summary>The tokens that the documents tell their readers to get.</summary>
    private static async Task<(string, string)[]> TokensAsync(ExchangeProcess exchange) =>
        [("BARBADOS", await exchange.TokenAsync("authorities/bb")), ("CHILE", await exchange.TokenAsync("authorities/cl")), ("SECRETARIAT", await exchange.TokenAsync()), ("COOPERANET_TOKEN", await exchange.TokenAsync("authorities/pe"))];

    private async Task<string> RunAsync((string Name, string Value)[] environment, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (text, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        output.WriteLine(await errors);
        return await text;
    }

    private static string FindRoot(string directory) => File.Exists(Path.Combine(directory, "CooperaNet.Matching.sln")) ? directory : FindRoot(Path.GetDirectoryName(directory)!);

    [GeneratedRegex("^```console\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex ConsoleBlock();

    [GeneratedRegex(@"^\$ ([^\n]*)\n(.*?)(?=^\$ |\z)", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Example();
}
