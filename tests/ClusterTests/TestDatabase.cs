using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.ClusterTests;

/// <summary>The database that these tests run on: SQLite in a new folder. The project PostgreSqlTests has another class of this name and runs the same tests.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cooperanet-").FullName;

    public static Task<TestDatabase> StartAsync() => Task.FromResult(new TestDatabase());

    public StorageOptions Options => new() { Directory = folder };

    public Task<ExchangeDatabase> OpenAsync() => ExchangeDatabase.OpenAsync(Options, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return default;
    }
}
