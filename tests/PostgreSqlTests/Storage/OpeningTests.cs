using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.Identity.Store;
using CooperaNet.Matching.Statistics;
using CooperaNet.Matching.Storage;
using Dapper;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>Opening a database: what is made, and what is refused in one sentence.</summary>
public sealed class OpeningTests : IAsyncLifetime
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private TestDatabase server = null!;

    public async ValueTask InitializeAsync() => server = await TestDatabase.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Four_that_open_an_empty_database_at_once_make_its_schema_once()
    {
        foreach (var database in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.OpenAsync())))
        {
            await database.DisposeAsync();
        }

        await using var connection = await server.ConnectAsync();
        var versions = (await connection.QueryAsync<int>("SELECT version FROM schema_version ORDER BY version")).ToList();
        Assert.Equal(Enumerable.Range(1, versions.Count), versions);
        Assert.NotEmpty(versions);
        Assert.Equal(0, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
        Assert.Equal(0, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_as_it_is()
    {
        await (await server.OpenAsync()).DisposeAsync();
        await using var connection = await server.ConnectAsync();
        await connection.ExecuteAsync("INSERT INTO schema_version(version) VALUES (999)");

        Assert.Contains("schema version 999, newer than this program's", (await Assert.ThrowsAsync<StorageException>(server.OpenAsync)).Message, StringComparison.Ordinal);
    }

    /// <summary>Running needs less than making the schema.</summary>
    [Fact]
    public async Task An_account_without_rights_is_refused_and_one_with_the_least_is_enough()
    {
        await using var connection = await server.ConnectAsync();
        var account = $"clerk{Guid.NewGuid():n}";
        await connection.ExecuteAsync($"CREATE ROLE {account} LOGIN PASSWORD 'clerk'");
        var connectionString = $"{server.ConnectionString};Username={account};Password=clerk";

        Assert.Contains($"The account '{account}' lacks rights", await RefusalAsync(connectionString), StringComparison.Ordinal);
        await (await server.OpenAsync()).DisposeAsync();
        Assert.Contains($"The account '{account}' lacks rights", await RefusalAsync(connectionString), StringComparison.Ordinal);
        await connection.ExecuteAsync($"GRANT USAGE ON SCHEMA exchange TO {account}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA exchange TO {account}");
        await using var database = await OpenAsync(connectionString);
        await database.WriteAsync("INSERT INTO setting(key, value) VALUES ('a', 'b')", cancellation);
        await using (var clerk = (NpgsqlConnection)await database.OpenReadAsync(cancellation))
        {
            await TestDatabase.WriteOfferAsync(clerk, "offer"); // through the triggers
        }

        await new StatisticsReader(database).FoldAsync(cancellation);
        await using var search = await new CatalogImportStore(database).SearchSuspectsAsync(cancellation);
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM register"));

        await using (var owner = await server.OpenAsync())
        {
            await MigrateIdentitiesAsync(owner);
        }

        await connection.ExecuteAsync($"GRANT USAGE ON SCHEMA identity TO {account}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity TO {account}");
        await MigrateIdentitiesAsync(database);
    }

    private async Task MigrateIdentitiesAsync(ExchangeDatabase database)
    {
        await using var services = new ServiceCollection().AddDbContextFactory<IdentityStore>(IdentityDatabase.Beside(database.DataSource, database.Folder).Use).BuildServiceProvider();
        await using var store = await services.GetRequiredService<IDbContextFactory<IdentityStore>>().CreateDbContextAsync(cancellation);
        await IdentitySchema.MigrateAsync(store, cancellation);
    }

    [Fact]
    public async Task An_account_that_may_create_needs_no_more()
    {
        await using var connection = await server.ConnectAsync();
        var account = $"owner{Guid.NewGuid():n}";
        await connection.ExecuteAsync($"CREATE ROLE {account} LOGIN PASSWORD 'clerk'; CREATE SCHEMA exchange AUTHORIZATION {account}; CREATE SCHEMA identity AUTHORIZATION {account}");

        await using var database = await OpenAsync($"{server.ConnectionString};Username={account};Password=clerk");
        await database.WriteAsync("INSERT INTO setting(key, value) VALUES ('a', 'b')", cancellation);
        await MigrateIdentitiesAsync(database);
    }

    [Fact]
    public async Task What_stands_in_the_way_is_said_without_the_password()
    {
        const string Secret = "s3cr3t;\"x";
        var wrong = server.ConnectionString + $";Password='{Secret}'";
        var missing = server.ConnectionString + ";Database=nowhere";
        var nobody = server.ConnectionString + ";Port=1";
        var broken = $"{server.ConnectionString};Password=abc;{Secret}";
        var latin = $"latin{Guid.NewGuid():n}";
        await using var connection = await server.ConnectAsync();
        await connection.ExecuteAsync($"CREATE DATABASE {latin} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");

        Assert.Contains("refuses the account 'owner' or its password", await RefusalAsync(wrong), StringComparison.Ordinal);
        Assert.Contains("There is no database 'nowhere'", await RefusalAsync(missing), StringComparison.Ordinal);
        Assert.Contains("cannot be reached", await RefusalAsync(nobody), StringComparison.Ordinal);
        Assert.Contains("Storage__ConnectionString cannot be read", await RefusalAsync(broken), StringComparison.Ordinal);
        Assert.Contains("is encoded in LATIN1", await RefusalAsync($"{server.ConnectionString};Database={latin}"), StringComparison.Ordinal);
        Assert.Contains("names no Host or no Database", await RefusalAsync("Username=x"), StringComparison.Ordinal);

        async Task<string> RefusalAsync(string connectionString)
        {
            var message = await this.RefusalAsync(connectionString);
            Assert.DoesNotContain("s3cr3t", message, StringComparison.Ordinal);
            return message;
        }
    }

    [Fact]
    public async Task The_connection_string_may_lie_in_a_file_and_not_in_two_places()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, server.ConnectionString + "\n", cancellation);
        await using var database = await ExchangeDatabase.OpenAsync(new() { Provider = StorageProvider.PostgreSql, ConnectionStringFile = file }, cancellation);

        Assert.DoesNotContain("Password", database.Location, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("both set", await MessageAsync(new() { Provider = StorageProvider.PostgreSql, ConnectionStringFile = file, ConnectionString = "x" }), StringComparison.Ordinal);
        Assert.Contains("neither", await MessageAsync(new() { Provider = StorageProvider.PostgreSql }), StringComparison.Ordinal);
        Assert.Contains("Storage__Provider is Sqlite", await MessageAsync(new() { ConnectionString = "x" }), StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains("cannot be read", await MessageAsync(new() { Provider = StorageProvider.PostgreSql, ConnectionStringFile = file }), StringComparison.Ordinal);
    }

    private Task<ExchangeDatabase> OpenAsync(string connectionString) => ExchangeDatabase.OpenAsync(new() { Provider = StorageProvider.PostgreSql, ConnectionString = connectionString }, cancellation);

    private Task<string> RefusalAsync(string connectionString) => MessageAsync(new() { Provider = StorageProvider.PostgreSql, ConnectionString = connectionString });

    private async Task<string> MessageAsync(StorageOptions options) => (await Assert.ThrowsAsync<StorageException>(() => ExchangeDatabase.OpenAsync(options, cancellation))).Message;
}
