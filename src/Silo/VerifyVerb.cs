using System.CommandLine;
using System.Globalization;
using CooperaNet.Matching.Audit;
using CooperaNet.Matching.Consistency;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>
/// The command <c>verify [--expect SEAL] [--repair]</c>: finds out whether the history was tampered with, and whether register and figures
/// say what the states say. Only reads, so that the service may run meanwhile; repairs want it stopped.
/// </summary>
internal static class VerifyVerb
{
    public static Task<int> RunAsync(StorageOptions storage, string[] args)
    {
        var expect = new Option<string>("--expect") { Description = "A last seal that an earlier verification printed: the chain must still hold it.", DefaultValueFactory = _ => "" };
        var repair = new Option<bool>("--repair") { Description = "Mends register and figures from the states, with no silo running. The history is never changed." };
        var command = new RootCommand("Finds out whether the exchange is sound.") { expect, repair };
        command.SetAction((arguments, cancellationToken) => VerifyAsync(storage, arguments.GetValue(expect)!, arguments.GetValue(repair), cancellationToken));
        return command.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    }

    private static async Task<int> VerifyAsync(StorageOptions storage, string expected, bool repairs, CancellationToken cancellationToken)
    {
        var history = await HistoryVerifier.VerifyAsync(storage, expected, cancellationToken);
        var derived = await ConsistencyChecker.CheckAsync(storage, cancellationToken);
        foreach (var finding in history.Findings.Concat(derived.Select(one => one.Finding)))
        {
            await Console.Error.WriteLineAsync(finding);
        }

        var left = history.Findings.Count + derived.Count;
        var mendable = derived.Count(one => one.Repair.Length > 0);
        if (repairs && mendable > 0)
        {
            await using (var database = await ExchangeDatabase.OpenAsync(storage, cancellationToken))
            {
                await database.CheckRestsAsync(cancellationToken);
                await ConsistencyChecker.RepairAsync(database, derived, cancellationToken);
            }

            derived = await ConsistencyChecker.CheckAsync(storage, cancellationToken); // what a first repair uncovers, such as figures of a register that was wrong
            if (derived.Any(one => one.Repair.Length > 0))
            {
                await using var database = await ExchangeDatabase.OpenAsync(storage, cancellationToken);
                await ConsistencyChecker.RepairAsync(database, derived, cancellationToken);
                derived = await ConsistencyChecker.CheckAsync(storage, cancellationToken);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Repaired: {mendable - derived.Count(one => one.Repair.Length > 0)} of {mendable} findings in register and figures."));
            left = history.Findings.Count + derived.Count;
        }

        var sound = left == 0 ? "nothing was tampered with, register and figures say what the states say" : string.Create(CultureInfo.InvariantCulture, $"{left} findings");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{history.Rows} events under {history.Seals} seals, {history.Open} not sealed yet; {sound}. Last seal: {history.LastSeal}"));
        return left == 0 ? 0 : 1;
    }
}
