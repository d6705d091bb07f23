using CooperaNet.Matching.Benchmarks.Load;
using Dapper;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>A copy is made under load and goes on elsewhere; and what was damaged behind the program's back is found and mended.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-backup-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_copy_of_SQLite_made_under_load_is_sound_and_goes_on()
    {
        var (copy, acknowledged) = (Path.Combine(directory, "copy"), Array.Empty<string>());
        await using (var exchange = await ExchangeProcess.Start(directory, sample: true).ReadyAsync(cancellation))
        {
            var load = await LoadAsync(exchange);
            await LoadDriver.RunAsync(load, null, cancellation);
            var report = await LoadDriver.RunAsync(load, async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
                await using var backup = ExchangeProcess.Command(directory, ["backup", copy]);
                var (code, errors) = await backup.EndAsync(cancellation);
                Assert.True(code == 0, errors);
            }, cancellation);
            Assert.DoesNotContain(report.Outcomes, outcome => outcome.Failure is not null);
            acknowledged = [.. report.Acknowledged];
        }

        await VerifiedAsync(copy, []);
        await using (var restored = await ExchangeProcess.Start(copy).ReadyAsync(cancellation))
        {
            Assert.DoesNotContain((await LoadDriver.RunAsync(await LoadAsync(restored), null, cancellation)).Outcomes, outcome => outcome.Failure is not null);
        }

        Assert.NotEmpty(acknowledged);
        await VerifiedAsync(copy, []);
        await using var again = ExchangeProcess.Command(directory, ["backup", copy]);
        Assert.Contains("is not empty", (await again.EndAsync(cancellation)).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dump_of_PostgreSQL_made_under_load_goes_on_on_another_server()
    {
        await using var database = await TestDatabase.StartAsync("PostgreSql", directory, cancellation);
        await using var other = await TestDatabase.StartAsync("PostgreSql", directory, cancellation);
        var dump = Path.Combine(Path.GetTempPath(), $"{Path.GetFileName(directory)}.dump"); // the account of the server may not write into ours
        await using (var exchange = await ExchangeProcess.Start(directory, true, database.Settings).ReadyAsync(cancellation))
        {
            await LoadDriver.RunAsync(await LoadAsync(exchange), async () =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
                await PostgreSqlServer.RunAsync("pg_dump", ["--format=custom", "--schema=exchange", "--exclude-table-data=exchange.orleansmembership*", $"--file={dump}", database.Uri], cancellation);
            }, cancellation);
        }

        await PostgreSqlServer.RunAsync("pg_restore", ["--no-owner", "--no-acl", $"--dbname={other.Uri}", dump], cancellation);
        File.Delete(dump);
        await using (var restored = await ExchangeProcess.Start(directory, false, other.Settings).ReadyAsync(cancellation))
        {
            Assert.DoesNotContain((await LoadDriver.RunAsync(await LoadAsync(restored), null, cancellation)).Outcomes, outcome => outcome.Failure is not null);
        }

        await VerifiedAsync(directory, other.Settings);
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task What_register_and_figures_lost_is_found_and_mended_from_the_states(string provider)
    {
        await using var database = await TestDatabase.StartAsync(provider, directory, cancellation);
        await using (var exchange = await ExchangeProcess.Start(directory, true, database.Settings).ReadyAsync(cancellation))
        {
            await exchange.StopAsync(cancellation);
        }

        await VerifiedAsync(directory, database.Settings);
        await using (var connection = await database.ConnectAsync(cancellation, writable: true))
        {
            await connection.ExecuteAsync("DELETE FROM register WHERE name = (SELECT MIN(name) FROM register)");
            await connection.ExecuteAsync("UPDATE register SET title = 'Other' WHERE name = (SELECT MAX(name) FROM register)");
            await connection.ExecuteAsync("DELETE FROM tag WHERE item = (SELECT MAX(item) FROM tag)");
            await connection.ExecuteAsync("UPDATE participant SET account = 'SUSPENDED' WHERE name = 'authorities/pe'");
            await connection.ExecuteAsync("INSERT INTO encoding(item, model, revision, data) SELECT 999999, model, revision, data FROM encoding LIMIT 1");
        }

        await using (var verify = ExchangeProcess.Command(directory, ["verify"], database.Settings))
        {
            var (code, errors) = await verify.EndAsync(cancellation);
            Assert.Equal(1, code);
            Assert.All(["missing from the register", "otherwise than its state says", "other tags", "'authorities/pe' stands among the participants", "item 999999", "a recount"], finding => Assert.Contains(finding, errors, StringComparison.Ordinal));
        }

        await using (var repair = ExchangeProcess.Command(directory, ["verify", "--repair"], database.Settings))
        {
            var (code, errors) = await repair.EndAsync(cancellation);
            Assert.True(code == 0, errors);
            Assert.Contains("Repaired:", await repair.OutputAsync(), StringComparison.Ordinal);
        }

        await VerifiedAsync(directory, database.Settings);

        await using (var connection = await database.ConnectAsync(cancellation, writable: true))
        {
            await connection.ExecuteAsync($"UPDATE OrleansStorage SET PayloadBinary = {database.WithoutMaturity} WHERE Id = (SELECT id FROM register WHERE name = (SELECT MIN(name) FROM register WHERE kind = 'offer'))");
            await connection.ExecuteAsync("UPDATE register SET title = 'Other' WHERE name = (SELECT MAX(name) FROM register)");
        }

        await using var unreadable = ExchangeProcess.Command(directory, ["verify", "--repair"], database.Settings);
        var (failed, told) = await unreadable.EndAsync(cancellation);
        Assert.Equal(1, failed);
        Assert.Contains("cannot be read: restore it from a backup", told, StringComparison.Ordinal);
        Assert.Contains("otherwise than its state says", told, StringComparison.Ordinal);
        Assert.Contains("Repaired: 1 of 1", await unreadable.OutputAsync(), StringComparison.Ordinal);
    }

    private static async Task<LoadOptions> LoadAsync(ExchangeProcess exchange)
    {
        var token = await exchange.TokenAsync("authorities/pe");
        return new() { Gateways = [exchange.Grpc.BaseAddress!.ToString()], Token = () => token, Rate = 30, Duration = TimeSpan.FromSeconds(4), Seed = Environment.TickCount };
    }

    private async Task VerifiedAsync(string folder, (string Name, string Value)[] settings)
    {
        await using var verify = ExchangeProcess.Command(folder, ["verify"], settings);
        var (code, errors) = await verify.EndAsync(cancellation);
        Assert.True(code == 0, errors);
    }
}
