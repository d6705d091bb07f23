using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Text.RegularExpressions;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The built program as a process of its own, on ports and in a folder of its own.</summary>
internal sealed partial class ExchangeProcess : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "CooperaNet.Matching.Silo.dll");
    private static readonly string FrontEnd = Path.Combine(AppContext.BaseDirectory, "CooperaNet.Matching.Gateway.dll");
    private static readonly ConcurrentDictionary<(string Directory, string Participant), Task<string>> Tokens = new();
    private readonly Process process;
    private readonly Task<string> errors;
    private readonly Task<string> output;
    private readonly string directory;
    private readonly bool isMounted;

    private ExchangeProcess(Process process, string directory, bool isMounted, string scheme, string address, int jsonPort, int grpcPort)
    {
        (this.process, this.directory, this.isMounted) = (process, directory, isMounted);
        errors = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEndAsync(); // never let the pipe fill up
        Json = new HttpClient(new OwnerHandler(this)) { BaseAddress = new Uri($"{scheme}://{address}:{jsonPort}"), Timeout = TimeSpan.FromSeconds(20) };
        Grpc = new HttpClient(NewHandler()) { BaseAddress = new Uri($"{scheme}://{address}:{grpcPort}"), Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>Calls to the JSON port as the participant that the path names, otherwise as the Secretariat.</summary>
    public HttpClient Json { get; }

    /// <summary>Calls to the gRPC port, which speaks HTTP/2 only.</summary>
    public HttpClient Grpc { get; }

    /// <summary>The system's id of the process.</summary>
    public int Id => process.Id;

    /// <summary>Resident memory in bytes.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>What its processors have worked so far.</summary>
    public TimeSpan Worked
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>An access token by the command <c>token</c>: of a participant's account, or of the Secretariat for no name.</summary>
    public Task<string> TokenAsync(string participant = "") => Tokens.GetOrAdd((directory, participant), _ => PrintTokenAsync(participant));

    /// <summary>Another one, as they are valid for a quarter of an hour.</summary>
    public Task<string> NewTokenAsync(string participant = "") => Tokens[(directory, participant)] = PrintTokenAsync(participant);

    /// <summary>gRPC as a participant, or as the Secretariat.</summary>
    public async Task<CallInvoker> AsAsync(GrpcChannel channel, string participant = "")
    {
        var token = await TokenAsync(participant);
        return channel.Intercept(headers => [.. headers, new("authorization", $"Bearer {token}")]);
    }

    public static ExchangeProcess Start(string directory, bool sample = false, params (string Name, string Value)[] settings) => Run("dotnet", [Program], directory, sample, settings);

    /// <summary>Starts it in a network namespace, where it listens on an address of its own.</summary>
    public static ExchangeProcess StartInNetwork(string name, string address, string directory, params (string Name, string Value)[] settings) =>
        Run("ip", ["netns", "exec", name, "dotnet", Program], directory, true, [("Gateway__Address", address), ("Cluster__Address", address), .. settings], address: address);

    /// <summary>Another build of the program.</summary>
    public static ExchangeProcess StartOther(string program, string directory, params (string Name, string Value)[] settings) => Run("dotnet", [program], directory, true, settings);

    /// <summary>A gateway without a silo.</summary>
    public static ExchangeProcess StartFrontEnd(string directory, params (string Name, string Value)[] settings) => Run("dotnet", [FrontEnd], directory, false, settings);

    /// <summary>Runs one of the program's commands instead of the exchange.</summary>
    public static ExchangeProcess Command(string directory, string[] arguments, params (string Name, string Value)[] settings) => Run("dotnet", [Program, .. arguments], directory, false, settings);

    /// <summary>Starts it where a shell command has changed what is mounted; the change ends with the process. Afterwards <paramref name="then"/> runs.</summary>
    public static ExchangeProcess StartMounted(string mount, string directory, string then = "true") =>
        Run("unshare", ["--map-root-user", "--mount", "sh", "-c", $"{mount}; dotnet '{Program}' & p=$!; trap \"kill -TERM $p\" TERM; wait $p; wait $p; code=$?; {then}; exit $code"], directory, false, [], isMounted: true);

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

    /// <summary>What it said on standard output until its end.</summary>
    public Task<string> OutputAsync() => output;

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

    private static ExchangeProcess Run(string program, IEnumerable<string> arguments, string directory, bool sample, (string Name, string Value)[] settings, bool isMounted = false, string address = "127.0.0.1")
    {
        var ports = FreePorts(4);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        (string Name, string Value)[] all =
        [
            ("Storage__Directory", directory), ("Gateway__JsonPort", $"{ports[0]}"), ("Gateway__GrpcPort", $"{ports[1]}"), ("Cluster__SiloPort", $"{ports[2]}"),
            ("Cluster__GatewayPort", $"{ports[3]}"), ("ASPNETCORE_ENVIRONMENT", "Development"), ("Exchange__LoadSample", $"{sample}"),
            ("Limits__IsOn", "false"), .. settings, // tests ask faster than anybody may
        ];
        foreach (var (name, value) in all)
        {
            start.Environment[name] = value;
        }

        var scheme = settings.Any(setting => setting.Name == "Gateway__Certificate__Path") ? "https" : "http";
        return new(Process.Start(start)!, directory, isMounted, scheme, address, ports[0], ports[1]);
    }

    /// <summary>Trusts the certificate that a test made, and no other.</summary>
    private static SocketsHttpHandler NewHandler() => new() { SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=test.example.org" } };

    private async Task<string> PrintTokenAsync(string participant)
    {
        string[] mount = isMounted ? ["nsenter", "--preserve-credentials", "--user", "--mount", "--target", $"{process.Id}"] : [];
        string[] command = [.. mount, "dotnet", Program, "token", "--role", participant.Split('/')[0] switch { "authorities" => "focal-point", "partners" => "partner", _ => "secretariat" }];
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. participant.Length > 0 ? ["--participant", participant] : Array.Empty<string>()]) { RedirectStandardOutput = true };
        start.Environment["Storage__Directory"] = directory;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        using var verb = Process.Start(start)!;
        var printed = await verb.StandardOutput.ReadToEndAsync();
        await verb.WaitForExitAsync();
        return verb.ExitCode == 0 ? printed.TrimEnd().Split('\n')[^1] : throw new InvalidOperationException($"No token was printed: {printed}");
    }

    public static int FreePort() => FreePorts(1)[0];

    /// <summary>Ports that nobody listens on, below those that the system gives to outgoing connections: one of these could be taken before the program starts.</summary>
    private static int[] FreePorts(int count)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endPoint => endPoint.Port).ToHashSet();
        return [.. Enumerable.Range(20_000, 12_000).Where(port => !taken.Contains(port)).Shuffle().Take(count)];
    }

    /// <summary>Sends the token of whomever the path names.</summary>
    private sealed class OwnerHandler(ExchangeProcess exchange) : DelegatingHandler(NewHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath.StartsWith("/v1/", StringComparison.Ordinal))
            {
                request.Headers.Authorization ??= new("Bearer", await exchange.TokenAsync(Participant().Match(request.RequestUri.AbsolutePath).Groups[1].Value));
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }

    [GeneratedRegex("^/v1/((?:authorities|partners)/[a-z0-9][a-z0-9-]{0,62})(?:[/:]|$)")]
    private static partial Regex Participant();
}
