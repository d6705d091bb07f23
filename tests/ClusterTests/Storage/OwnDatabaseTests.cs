using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>Tests of which each has a database of its own, and no exchange.</summary>
public abstract class OwnDatabaseTests : IAsyncLifetime
{
    private protected TestDatabase Server { get; private set; } = null!;

    private protected ExchangeDatabase Database { get; set; } = null!;

    private protected CancellationToken Cancellation { get; } = TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await TestDatabase.StartAsync();
        Database = await Server.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
