using CooperaNet.Matching.Gateway.Clustering;
using CooperaNet.Matching.Storage;
using Orleans.Configuration;
using Orleans.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>Storage and clustering of a silo.</summary>
public static class SiloExtensions
{
    /// <summary>Keeps the grains' states in the exchange's database, which outlives the silo, so that its last writes land.</summary>
    public static ISiloBuilder UseStorage(this ISiloBuilder silo, ExchangeDatabase database)
    {
        silo.Services.AddSingleton(_ => database).SendDatabaseErrors();
        silo.AddAdoNetGrainStorageAsDefault(storage => storage.Configure(options =>
        {
            options.Invariant = database.Invariant;
            options.DataSource = database.DataSource;
            options.GrainStorageSerializer = new StateSerializer();
        }));
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("cooperanet", "cooperanet"));
        return silo;
    }

    /// <summary>Joins the other silos over the same database; a database of one process makes a cluster of one.</summary>
    /// <exception cref="InvalidOperationException">A setting can't be used.</exception>
    public static ISiloBuilder UseCluster(this ISiloBuilder silo, ExchangeDatabase database, ClusterMembershipSettings settings)
    {
        if (database.ServerConnectionString is not { } connectionString)
        {
            return silo.UseLocalhostClustering(settings.SiloPort, settings.GatewayPort, serviceId: ExchangeDatabase.Service, clusterId: settings.Id);
        }

        var (address, certificate) = (settings.Resolve(), settings.CheckedCertificate());
        silo.UseAdoNetClustering(membership => (membership.Invariant, membership.ConnectionString) = (database.Invariant, connectionString));
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (settings.Id, ExchangeDatabase.Service));
        silo.Configure<EndpointOptions>(endpoint =>
        {
            (endpoint.AdvertisedIPAddress, endpoint.SiloPort, endpoint.GatewayPort) = (address, settings.SiloPort, settings.GatewayPort);
            (endpoint.SiloListeningEndpoint, endpoint.GatewayListeningEndpoint) = (new(address, settings.SiloPort), new(address, settings.GatewayPort));
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            // A dead silo is found within three seconds: docs/performance.md.
            (membership.ProbeTimeout, membership.NumMissedProbesLimit, membership.NumVotesForDeathDeclaration) = (settings.ProbePeriod, 2, settings.Votes);
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5); // after the end of all, the next silo waits for so long
        });
#pragma warning disable ORLEANSEXP003 // experimental: docs/decisions/0019-every-grain-lives-once.md
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero); // what a dead silo held lives elsewhere at once: etags keep what it might still write from counting
        if (settings.Kubernetes)
        {
            silo.UseKubernetesHosting();
        }

        return certificate is null ? silo : silo.UseTls(certificate, tls => ClusterClientExtensions.Share(tls, certificate));
    }

    private sealed class StateSerializer : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => new(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(input, StateJson.Options));

        public T Deserialize<T>(BinaryData input) => System.Text.Json.JsonSerializer.Deserialize<T>(input, StateJson.Options)!;
    }
}
