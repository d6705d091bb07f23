using System.Diagnostics;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The built command-line client as a process of its own.</summary>
internal static class ClientProcess
{
    /// <summary>In its own output folder, beside this one: it runs on another shared framework.</summary>
    public static readonly string Program = Path.Combine(AppContext.BaseDirectory, "..", "..", "CooperaNet.Matching.Client", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "cooperanet.dll");

    /// <summary>Starts a command against an exchange, with the token of the authority that it names or the Secretariat's.</summary>
    public static async Task<Process> StartAsync(ExchangeProcess exchange, params string[] arguments)
    {
        // A shell that starts the tests in the background lets them, and whom they start, ignore Ctrl-C; env takes that back.
        string[] command = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet", Program, .. arguments] : ["dotnet", Program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["COOPERANET_SERVER"] = exchange.Grpc.BaseAddress!.ToString();
        var authority = Array.IndexOf(arguments, "--authority");
        start.Environment["COOPERANET_TOKEN"] = await exchange.TokenAsync(authority >= 0 ? $"authorities/{arguments[authority + 1]}" : "");
        return Process.Start(start)!;
    }

    /// <summary>Runs a command to its end; its output, or what it said on standard error when there is none.</summary>
    public static async Task<(int Code, string Output)> RunAsync(ExchangeProcess exchange, CancellationToken cancellationToken, params string[] arguments)
    {
        using var client = await StartAsync(exchange, arguments);
        var (text, errors) = (client.StandardOutput.ReadToEndAsync(cancellationToken), client.StandardError.ReadToEndAsync(cancellationToken));
        await client.WaitForExitAsync(cancellationToken);
        return (client.ExitCode, await text is { Length: > 0 } said ? said : await errors);
    }
}
