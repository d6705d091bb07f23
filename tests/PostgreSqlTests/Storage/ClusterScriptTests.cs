using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>Orleans' clustering and reminders over our scripts: two silos of no grains find each other through the database.</summary>
public sealed class ClusterScriptTests : OwnDatabaseTests
{
    [Fact]
    public async Task Silos_find_each_other_and_see_each_other_leave()
    {
        using var first = await StartAsync();
        using var second = await StartAsync();
        var table = first.Services.GetRequiredService<IMembershipTable>();

        var both = await table.ReadAllAsync(Cancellation);
        Assert.Equal([SiloStatus.Active, SiloStatus.Active], both.Members.Select(member => member.Item1.Status));
        var entry = both.Members[0].Item1;
        Assert.False(await table.UpdateRowAsync(entry, both.Members[0].Item2, new(both.Version.Version, "0"), Cancellation)); // a stale version
        Assert.False(await table.InsertRowAsync(entry, both.Version.Next(), Cancellation)); // a member already
        Assert.Equal(both.Version.Version, (await table.ReadAllAsync(Cancellation)).Version.Version);

        await second.StopAsync(Cancellation);
        Assert.Equal([SiloStatus.Active, SiloStatus.Dead], (await table.ReadAllAsync(Cancellation)).Members.Select(member => member.Item1.Status).Order());
        await table.CleanupDefunctSiloEntriesAsync(DateTimeOffset.UtcNow.AddDays(1), Cancellation);
        Assert.Equal(SiloStatus.Active, Assert.Single((await table.ReadAllAsync(Cancellation)).Members).Item1.Status);
        Assert.Single(await first.Services.GetRequiredService<IClusterClient>().GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true, Cancellation));
    }

    [Fact]
    public async Task Reminders_are_kept_found_by_range_and_removed_by_their_etag()
    {
        using var silo = await StartAsync();
        var table = silo.Services.GetRequiredService<IReminderTable>();
        var grain = GrainId.Create("test", "authorities/pe");
        var entry = new ReminderEntry { GrainId = grain, ReminderName = "tick", StartAt = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), Period = TimeSpan.FromHours(1) };
        var stale = await table.UpsertRow(entry, Cancellation);
        entry.Period = TimeSpan.FromHours(2);
        var etag = await table.UpsertRow(entry, Cancellation);

        var read = await table.ReadRow(grain, "tick", Cancellation);
        Assert.Equal((entry.StartAt, entry.Period, etag), (read!.StartAt.ToUniversalTime(), read.Period, read.ETag));
        var hash = grain.GetUniformHashCode();
        Assert.Single((await table.ReadRows(grain, Cancellation)).Reminders);
        Assert.Single((await table.ReadRows(hash - 1, hash, Cancellation)).Reminders);
        Assert.Empty((await table.ReadRows(hash, hash + 1, Cancellation)).Reminders);
        Assert.Single((await table.ReadRows(0, 0, Cancellation)).Reminders); // the whole ring
        Assert.False(await table.RemoveRow(grain, "tick", stale!, Cancellation));
        Assert.True(await table.RemoveRow(grain, "tick", etag!, Cancellation));
        Assert.Null(await table.ReadRow(grain, "tick", Cancellation));
    }

    private async Task<IHost> StartAsync()
    {
        var connectionString = Server.ConnectionString + ";Search Path=exchange";
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endPoint => endPoint.Port).ToHashSet();
        var ports = Enumerable.Range(20_000, 12_000).Where(port => !taken.Contains(port)).Shuffle().Take(2).ToList();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("test", "test"))
            .ConfigureEndpoints(IPAddress.Loopback, ports[0], ports[1])
            .UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString))
            .UseAdoNetReminderService(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString)));
        var host = builder.Build();
        await host.StartAsync(Cancellation);
        return host;
    }
}
