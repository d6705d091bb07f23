using System.Diagnostics;
using System.Globalization;

namespace CooperaNet.Matching.Benchmarks;

/// <summary>The program as a process of its own, with the sample: from its start to ready, resident memory at rest, from SIGTERM to its end.</summary>
internal static class StartBenchmark
{
    private static readonly Uri Ready = new("http://127.0.0.1:28080/health/ready");
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public static async Task RunAsync()
    {
        var directory = Directory.CreateTempSubdirectory("cooperanet-bench-").FullName;
        foreach (var run in (string[])["empty folder", "sample loaded", "sample loaded"])
        {
            var started = Stopwatch.GetTimestamp();
            using var process = Start(directory);
            await ReadyAsync(process);
            var ready = Stopwatch.GetElapsedTime(started);
            await Task.Delay(Rest);
            process.Refresh();
            var resident = process.WorkingSet64 >> 20;
            var stopping = Stopwatch.GetTimestamp();
            using (var kill = Process.Start("kill", $"{process.Id}"))
            {
                await process.WaitForExitAsync();
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run}: ready after {ready.TotalSeconds:0.00} s, resident {resident} MB, stopped within {Stopwatch.GetElapsedTime(stopping).TotalSeconds:0.00} s"));
        }

        Directory.Delete(directory, recursive: true);
    }

    private static Process Start(string directory)
    {
        var start = new ProcessStartInfo("dotnet", Path.Combine(AppContext.BaseDirectory, "CooperaNet.Matching.Silo.dll")) { RedirectStandardOutput = true };
        (string Name, string Value)[] settings =
        [
            ("Storage__Directory", directory), ("Gateway__JsonPort", "28080"), ("Gateway__GrpcPort", "28081"),
            ("Cluster__SiloPort", "28111"), ("Cluster__GatewayPort", "28300"), ("ASPNETCORE_ENVIRONMENT", "Development"), ("Exchange__LoadSample", "true"),
        ];
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync(); // never let the pipe fill up
        return process;
    }

    private static async Task ReadyAsync(Process process)
    {
        using var client = new HttpClient();
        while (!process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(Ready);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            await Task.Delay(10);
        }

        throw new InvalidOperationException("The program ended before it was ready.");
    }
}
