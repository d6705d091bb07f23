using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using CooperaNet.Matching.Bulk;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Storage;
using Orleans.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>The command <c>load FILE</c>: publishes the lines of a file in a resting exchange, many at once.</summary>
internal static class LoadVerb
{
    private static readonly OrleansDefaultHasher Hasher = new();

    /// <summary>The hash of a grain's key as the grain storage makes it.</summary>
    public static int HashOfKey(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        Array.Reverse(bytes); // as Orleans does where numbers are little-endian
        return Hasher.Hash(bytes);
    }

    /// <summary>The hash of a state's name as the grain storage makes it.</summary>
    public static int HashOfStateName(string name) => Hasher.Hash(Encoding.UTF8.GetBytes(name));

    public static Task<int> RunAsync(ExchangeDatabase database, IConfiguration configuration, string[] args)
    {
        var file = new Argument<FileInfo>("file") { Description = "JSON lines in UTF-8, an item a line, as in data/sample/offers.jsonl; - reads standard input." };
        var command = new RootCommand("Publishes the lines of a file, with no silo running.") { file };
        command.SetAction((arguments, cancellationToken) => LoadAsync(database, configuration.GetSection(MatchingOptions.Section).Get<MatchingOptions>() ?? new(), arguments.GetValue(file)!, cancellationToken));
        return command.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    }

    private static async Task<int> LoadAsync(ExchangeDatabase database, MatchingOptions options, FileInfo file, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var load = new BulkLoad(new(database), ModelFile.Load(options.Model), (HashOfKey, HashOfStateName), TimeProvider.System);
        using var reader = new StreamReader(file.Name == "-" ? Console.OpenStandardInput() : file.OpenRead(), new UTF8Encoding(false, throwOnInvalidBytes: true));
        var result = await load.RunAsync(LinesAsync(reader), Console.Error.WriteLine, cancellationToken);
        var took = Stopwatch.GetElapsedTime(started);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Loaded} items loaded in {took.TotalSeconds:0.0} s ({result.Loaded / took.TotalSeconds:0}/s), {result.Existing} existed already, {result.Refused} lines refused."));
        return result.Refused == 0 ? 0 : 1;
    }

    private static async IAsyncEnumerable<string> LinesAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }
}
