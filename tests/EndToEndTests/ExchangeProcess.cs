using System.Diagnostics;
using System.Net.NetworkInformation;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The built program as a process of its own, on ports and in a folder of its own.</summary>
internal sealed class ExchangeProcess : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "CooperaNet.Matching.Silo.dll");
    private readonly Process process;
    private readonly Task<string> errors;

    private ExchangeProcess(Process process, int jsonPort, int grpcPort)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync(); // never let the pipe fill up
        Json = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{jsonPort}"), Timeout = TimeSpan.FromSeconds(20) };
        Grpc = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{grpcPort}"), Timeout = TimeSpan.FromSeconds(20) };
    }

    public HttpClient Json { get; }

    /// <summary>Calls to the gRPC port, which speaks unencrypted HTTP/2 only.</summary>
    public HttpClient Grpc { get; }

    /// <summary>Resident memory in bytes.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    public static ExchangeProcess Start(string directory, bool sample = false, params (string Name, string Value)[] settings) => Run("dotnet", [Program], directory, sample, settings);

    /// <summary>Runs one of the program's commands instead of the exchange.</summary>
    public static ExchangeProcess Command(string directory, string[] arguments, params (string Name, string Value)[] settings) => Run("dotnet", [Program, .. arguments], directory, false, settings);

    /// <summary>Starts it where a shell command has changed what is mounted; the change ends with the process. Afterwards <paramref name="then"/> runs.</summary>
    public static ExchangeProcess StartMounted(string mount, string directory, string then = "true") =>
        Run("unshare", ["--map-root-user", "--mount", "sh", "-c", $"{mount}; dotnet '{Program}' & p=$!; trap \"kill -TERM $p\" TERM; wait $p; wait $p; code=$?; {then}; exit $code"], directory, false, []);

    /// <summary>Waits until it says that it is ready; fails when it ends first.</summary>
    public async Task<ExchangeProcess> ReadyAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync(patience.Token))
        {
            Assert.False(process.HasExited, process.HasExited ? await errors : "");
            try
            {
                using var answer = await Json.GetAsync("/health/ready", patience.Token);
                if (answer.IsSuccessStatusCode)
                {
                    break;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }
        }

        return this;
    }

    /// <summary>Ends it at once, as a power cut would.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Asks it to end (SIGTERM); returns its exit code and how long it took.</summary>
    public async Task<(int ExitCode, TimeSpan Time)> StopAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Waits for its end; returns its exit code and what it said on standard error.</summary>
    public async Task<(int ExitCode, string Errors)> EndAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        Json.Dispose();
        Grpc.Dispose();
        process.Dispose();
    }

    private static ExchangeProcess Run(string program, IEnumerable<string> arguments, string directory, bool sample, (string Name, string Value)[] settings)
    {
        var ports = FreePorts(4);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        (string Name, string Value)[] all =
        [
            ("Storage__Directory", directory), ("Gateway__JsonPort", $"{ports[0]}"), ("Gateway__GrpcPort", $"{ports[1]}"), ("Cluster__SiloPort", $"{ports[2]}"),
            ("Cluster__GatewayPort", $"{ports[3]}"), ("ASPNETCORE_ENVIRONMENT", sample ? "Development" : "Production"), .. settings,
        ];
        foreach (var (name, value) in all)
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start)!, ports[0], ports[1]);
    }

    /// <summary>Ports that nobody listens on, below those that the system gives to outgoing connections: one of these could be taken before the program starts.</summary>
    private static int[] FreePorts(int count)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endPoint => endPoint.Port).ToHashSet();
        return [.. Enumerable.Range(20_000, 12_000).Where(port => !taken.Contains(port)).Shuffle().Take(count)];
    }
}
