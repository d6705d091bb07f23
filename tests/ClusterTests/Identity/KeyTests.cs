using CooperaNet.Matching.Identity;
using CooperaNet.Matching.Identity.Keys;
using CooperaNet.Matching.Identity.Store;
using CooperaNet.Matching.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CooperaNet.Matching.ClusterTests.Identity;

/// <summary>The schema of the identities, and the keys in it.</summary>
public sealed class KeyTests : IAsyncLifetime
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private TestDatabase? database;
    private ExchangeDatabase? exchange;
    private ServiceProvider? services;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.StartAsync();
        exchange = await database.OpenAsync();
        services = new ServiceCollection().AddDbContextFactory<IdentityStore>(IdentityDatabase.Beside(exchange.DataSource, exchange.Folder).Use).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await services!.DisposeAsync();
        await exchange!.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        await database!.DisposeAsync();
    }

    [Fact]
    public async Task Several_processes_may_make_the_schema_at_once_and_it_is_what_the_model_asks_for()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => MigrateAsync()));
        await MigrateAsync();

        await using var store = await Stores.CreateDbContextAsync(cancellation);
        var script = store.Database.GenerateCreateScript();
        var kind = store.Database.IsNpgsql() ? "PostgreSql" : "Sqlite";
        using var reader = new StreamReader(typeof(IdentityStore).Assembly.GetManifestResourceStream($"{kind}/001-identity.sql")!);
        Assert.Equal(Statements(script), Statements(await reader.ReadToEndAsync(cancellation)));
        Assert.Equal(0, await store.Users.CountAsync(cancellation));
    }

    [Fact]
    public async Task A_key_is_published_a_day_before_it_signs_and_kept_while_its_tokens_live()
    {
        await MigrateAsync();
        var ring = new KeyRing(Stores, clock);
        Assert.True(await ring.RefreshAsync(cancellation));
        var first = ring.Signing.Single().KeyId;
        Assert.False(await ring.RefreshAsync(cancellation));

        clock.Advance(TimeSpan.FromDays(29));
        Assert.True(await ring.RefreshAsync(cancellation));
        Assert.Equal((first, 2), (ring.Signing[0].KeyId, ring.Signing.Count));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await ring.RefreshAsync(cancellation)); // time alone changed which one signs
        Assert.NotEqual(first, ring.Signing[0].KeyId);
        Assert.Equal(first, ring.Signing[1].KeyId);

        for (var day = 0; day < 40; day++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            await ring.RefreshAsync(cancellation);
        }

        Assert.DoesNotContain(first, ring.Signing.Select(key => key.KeyId));
        Assert.InRange(ring.Signing.Count, 2, 4);
        Assert.Equal(ring.Signing.Count, ring.Encryption.Count);
    }

    [Fact]
    public async Task Processes_that_start_at_once_agree_on_the_first_key()
    {
        await MigrateAsync();
        var rings = Enumerable.Range(0, 6).Select(_ => new KeyRing(Stores, clock)).ToList();

        await Task.WhenAll(rings.Select(ring => ring.RefreshAsync(cancellation)));

        Assert.Single(rings.Select(ring => ring.Signing.Single().KeyId).Distinct());
    }

    private IDbContextFactory<IdentityStore> Stores => services!.GetRequiredService<IDbContextFactory<IdentityStore>>();

    private async Task MigrateAsync()
    {
        await using var store = await Stores.CreateDbContextAsync(cancellation);
        await IdentitySchema.MigrateAsync(store, cancellation);
    }

    private static List<string> Statements(string script) =>
        [.. script.Split(';').Select(statement => string.Join(' ', statement.Split('\n').Where(line => !line.StartsWith("--", StringComparison.Ordinal)).Select(line => line.Trim()).Where(line => line.Length > 0)))
            .Where(statement => statement.StartsWith("CREATE", StringComparison.Ordinal))];
}
