using System.CommandLine;
using System.Globalization;
using CooperaNet.Matching.Audit;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>The command <c>verify [--expect SEAL]</c>: finds out whether the history was tampered with. Only reads, so that the service may run meanwhile.</summary>
internal static class VerifyVerb
{
    public static Task<int> RunAsync(StorageOptions storage, string[] args)
    {
        var expect = new Option<string>("--expect") { Description = "A last seal that an earlier verification printed: the chain must still hold it.", DefaultValueFactory = _ => "" };
        var command = new RootCommand("Finds out whether the history was tampered with.") { expect };
        command.SetAction((arguments, cancellationToken) => VerifyAsync(storage, arguments.GetValue(expect)!, cancellationToken));
        return command.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    }

    private static async Task<int> VerifyAsync(StorageOptions storage, string expected, CancellationToken cancellationToken)
    {
        var found = await HistoryVerifier.VerifyAsync(storage, expected, cancellationToken);
        foreach (var finding in found.Findings)
        {
            await Console.Error.WriteLineAsync(finding);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{found.Rows} events under {found.Seals} seals, {found.Open} not sealed yet; {(found.Findings.Count == 0 ? "nothing was tampered with" : $"{found.Findings.Count} findings")}. Last seal: {found.LastSeal}"));
        return found.Findings.Count == 0 ? 0 : 1;
    }
}
