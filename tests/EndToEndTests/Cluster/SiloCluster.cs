using CooperaNet.Matching.Benchmarks.Load;
using Dapper;

namespace CooperaNet.Matching.EndToEndTests.Cluster;

/// <summary>Silos with gateways, each a process of its own, over one PostgreSQL server that waits for the disk.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-cluster-").FullName;
    private readonly List<ExchangeProcess> silos = [];

    private SiloCluster(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    private (string Name, string Value)[] Settings => [.. Database.Settings, ("Matching__Partitions", "4"), ("Matching__BalancePeriod", "00:00:01")];

    /// <summary>Those that run, the oldest first.</summary>
    public IReadOnlyList<ExchangeProcess> Silos => silos;

    /// <summary>The sample exchange, ready on all silos.</summary>
    /// <param name="count">Silos.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="program">Another build of the program; null for this one.</param>
    public static async Task<SiloCluster> StartAsync(int count, CancellationToken cancellationToken, string? program = null)
    {
        var cluster = new SiloCluster(await TestDatabase.StartAsync("PostgreSql", "", cancellationToken));
        for (var i = 0; i < count; i++)
        {
            await cluster.AddAsync(cancellationToken, program);
        }

        return cluster;
    }

    /// <summary>One silo more.</summary>
    public async Task<ExchangeProcess> AddAsync(CancellationToken cancellationToken, string? program = null)
    {
        var silo = program is null ? ExchangeProcess.Start(directory, sample: true, Settings) : ExchangeProcess.StartOther(program, directory, Settings);
        silos.Add(silo);
        return await silo.ReadyAsync(cancellationToken);
    }

    /// <summary>Loads the lines of a file by the command <c>load</c>, while no silo runs.</summary>
    public async Task FillAsync(IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var file = Path.Combine(directory, "lines.jsonl");
        await File.WriteAllLinesAsync(file, lines, cancellationToken);
        await using var load = ExchangeProcess.Command(directory, ["load", file], Settings);
        var (code, errors) = await load.EndAsync(cancellationToken);
        Assert.True(code == 0, errors);
    }

    /// <summary>Acknowledged publications of a load that are not in the register, or not published.</summary>
    public async Task<IReadOnlyList<string>> LostAsync(LoadReport report, CancellationToken cancellationToken)
    {
        await using var connection = await Database.ConnectAsync(cancellationToken);
        var published = (await connection.QueryAsync<string>("SELECT name FROM register WHERE state = 'PUBLISHED'")).ToHashSet();
        return [.. report.Acknowledged.Where(name => !published.Contains(name))];
    }

    /// <summary>A front end of its own.</summary>
    public Task<ExchangeProcess> AddFrontEndAsync(CancellationToken cancellationToken) =>
        ExchangeProcess.StartFrontEnd(directory, Database.Settings).ReadyAsync(cancellationToken);

    /// <summary>Ends one as a power cut would.</summary>
    public async Task KillAsync(ExchangeProcess silo, CancellationToken cancellationToken)
    {
        silos.Remove(silo);
        await silo.KillAsync(cancellationToken);
        await silo.DisposeAsync();
    }

    /// <summary>Asks one to end.</summary>
    public async Task StopAsync(ExchangeProcess silo, CancellationToken cancellationToken)
    {
        silos.Remove(silo);
        var (code, _) = await silo.StopAsync(cancellationToken);
        Assert.Equal(0, code);
        await silo.DisposeAsync();
    }

    /// <summary>A load on the gateways of some silos.</summary>
    public async Task<LoadOptions> LoadAsync(double rate, TimeSpan duration, params ExchangeProcess[] gateways)
    {
        var token = await silos[0].TokenAsync("authorities/pe");
        return new() { Gateways = [.. gateways.Select(gateway => gateway.Grpc.BaseAddress!.ToString())], Token = () => token, Rate = rate, Duration = duration, Seed = Environment.TickCount };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
        }

        await Database.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
