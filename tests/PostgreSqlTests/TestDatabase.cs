using System.Text.Json;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;
using Dapper;
using Npgsql;

namespace CooperaNet.Matching.ClusterTests;

/// <summary>The database that these tests run on: one of a PostgreSQL server of their own, which doesn't wait for the disk.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgreSqlServer>> Server = new(() => PostgreSqlServer.StartAsync(durable: false, default));
    private static int used;
    private readonly string folder = Directory.CreateTempSubdirectory("cooperanet-").FullName;
    private readonly string name;
    private readonly PostgreSqlServer server;

    private TestDatabase(PostgreSqlServer server, string name) => (this.server, this.name) = (server, name);

    public string ConnectionString => server.ConnectionString(name);

    public static async Task<TestDatabase> StartAsync()
    {
        Interlocked.Increment(ref used);
        var (server, name) = (await Server.Value, $"t{Guid.NewGuid():n}");
        await server.CreateDatabaseAsync(name, default);
        return new(server, name);
    }

    public StorageOptions Options => new() { Provider = StorageProvider.PostgreSql, ConnectionString = ConnectionString, Directory = folder };

    public Task<ExchangeDatabase> OpenAsync() => ExchangeDatabase.OpenAsync(Options, TestContext.Current.CancellationToken);

    /// <summary>A connection beside the exchange's.</summary>
    public Task<NpgsqlConnection> ConnectAsync() => server.ConnectAsync(name, TestContext.Current.CancellationToken);

    /// <summary>Writes the state of a new, published offer as its grain would.</summary>
    public static async Task WriteOfferAsync(NpgsqlConnection connection, string name)
    {
        var time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var item = new Item { Name = name, Parent = "authorities/pe", Country = "PE", Type = "offer-member-state", State = ItemState.Published, Revision = 1, CreateTime = time, UpdateTime = time, Change = new("tester", "publish", "", time), Content = new() { Title = name, LanguageCode = "en" } };
        await connection.ExecuteAsync(
            "INSERT INTO orleansstorage(grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid, payloadbinary, version) VALUES (0, 0, 0, 0, 'offer', @name, 'test', @payload, 1)",
            new { name, payload = JsonSerializer.SerializeToUtf8Bytes(item, StateJson.Options) });
    }

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        if (Interlocked.Decrement(ref used) == 0)
        {
            await server.DisposeAsync(); // the exchange of all tests was the last to use it
        }
    }
}
