using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The command-line client when things go wrong.</summary>
public sealed class ClientTests : IDisposable
{
    private const int Rows = 20_000;
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-client-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>Ctrl-C while rows go in: the import is suspended, and the command that the client prints ends it.</summary>
    [Fact]
    public async Task An_interrupted_import_prints_the_command_that_goes_on()
    {
        await using var exchange = await ExchangeProcess.Start(Path.Combine(directory, "data")).ReadyAsync(cancellation);
        var file = Path.Combine(directory, "catálogo de prueba.csv");
        await File.WriteAllTextAsync(file, "código;asunto;idioma\n" + string.Concat(Enumerable.Range(1, Rows).Select(i => $"I-{i};Fila número {i};es\n")), cancellation);
        using var client = await ClientProcess.StartAsync(exchange, "import", file, "--authority", "pe", "--publish", "--partial", "--map", "title=asunto", "--language", "es");
        var errors = client.StandardError.ReadToEndAsync(cancellation);
        for (var begun = false; !begun;)
        {
            Assert.False(client.HasExited);
            begun = JsonNode.Parse(await exchange.Json.GetStringAsync("/v1/authorities/pe/offers?pageSize=1", cancellation))!["offers"]!.AsArray().Count > 0;
        }

        await InterruptAsync(client);

        Assert.Equal(130, client.ExitCode);
        var said = string.Join(' ', (await errors).Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Interrumpido; lo importado queda.", said, StringComparison.Ordinal);
        var command = said[(said.IndexOf("cooperanet import", StringComparison.Ordinal) + "cooperanet ".Length)..].Split(' ');
        var id = command[Array.IndexOf(command, "--id") + 1];
        Assert.Contains("--authority pe --publish --partial --map title=asunto --language es --id cli-", string.Join(' ', command), StringComparison.Ordinal);
        var (code, json) = await ClientProcess.RunAsync(exchange, cancellation, "import", file, "--authority", "pe", "--publish", "--partial", "--map", "title=asunto", "--id", id, "--json");
        Assert.Equal((0, Rows), (code, JsonNode.Parse(json)!["created"]!.GetValue<int>()));
    }

    [Fact]
    public async Task Ctrl_C_ends_watching_and_an_export_leaves_no_half_file()
    {
        await using var exchange = await ExchangeProcess.Start(Path.Combine(directory, "data")).ReadyAsync(cancellation);
        using var watcher = await ClientProcess.StartAsync(exchange, "stats", "--watch", "--json");
        Assert.NotNull(await watcher.StandardOutput.ReadLineAsync(cancellation));
        await InterruptAsync(watcher);
        var target = Path.Combine(directory, "out.csv");
        var (code, said) = await ClientProcess.RunAsync(exchange, cancellation, "export", "--authority", "zz", "--output", target);

        Assert.Equal((130, ""), (watcher.ExitCode, await watcher.StandardError.ReadToEndAsync(cancellation)));
        Assert.Equal(2, code);
        Assert.Contains("'authorities/zz' does not exist", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(directory, "out.csv*"));
    }

    [Fact]
    public async Task A_service_that_is_away_for_a_moment_is_asked_again()
    {
        await using var exchange = await ExchangeProcess.Start(Path.Combine(directory, "data")).ReadyAsync(cancellation);
        using var between = new TcpListener(IPAddress.Loopback, 0);
        between.Start();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var connections = RelayAsync(between, exchange.Grpc.BaseAddress!.Port, refused: 2, end.Token);

        var (code, json) = await ClientProcess.RunAsync(exchange, cancellation, "stats", "--json", "--server", $"http://{between.LocalEndpoint}");

        await end.CancelAsync();
        Assert.Equal((0, 5), (code, JsonNode.Parse(json)!["tables"]!.AsArray().Count));
        Assert.Equal(3, await connections);
    }

    [Fact]
    public async Task A_command_that_cannot_be_read_is_a_wrong_request()
    {
        await using var exchange = await ExchangeProcess.Start(Path.Combine(directory, "data")).ReadyAsync(cancellation);
        foreach (var (arguments, complaint) in new (string[], string)[]
        {
            (["imprt"], "Did you mean"),
            (["stats", "--language", "de"], "give en, es, pt or fr"),
            (["suggest"], "Give either a need's name or --text"),
            (["import", "x.csv", "--authority", "pe"], "Could not find file"),
        })
        {
            using var client = await ClientProcess.StartAsync(exchange, arguments);
            var said = await client.StandardOutput.ReadToEndAsync(cancellation) + await client.StandardError.ReadToEndAsync(cancellation);
            await client.WaitForExitAsync(cancellation);

            Assert.Equal((2, arguments[0]), (client.ExitCode, arguments[0]));
            Assert.Contains(complaint, said, StringComparison.Ordinal);
        }
    }

    /// <summary>Closes the first connections at once and hands on the others; returns how many there were.</summary>
    private static async Task<int> RelayAsync(TcpListener listener, int port, int refused, CancellationToken cancellationToken)
    {
        for (var count = 0; ; count++)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(cancellationToken);
                if (count < refused)
                {
                    client.Dispose();
                    continue;
                }

                var service = new TcpClient();
                await service.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                _ = Task.WhenAny(client.GetStream().CopyToAsync(service.GetStream(), cancellationToken), service.GetStream().CopyToAsync(client.GetStream(), cancellationToken)).ContinueWith(_ =>
                {
                    client.Dispose();
                    service.Dispose();
                }, TaskScheduler.Default);
            }
            catch (OperationCanceledException)
            {
                return count;
            }
        }
    }

    private async Task InterruptAsync(Process client)
    {
        using var kill = Process.Start("kill", ["-INT", $"{client.Id}"]);
        await client.WaitForExitAsync(cancellation).WaitAsync(TimeSpan.FromSeconds(30), cancellation);
    }
}
