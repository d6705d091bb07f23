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
        silo.Services.AddSingleton(_ => database);
        silo.AddAdoNetGrainStorageAsDefault(storage => storage.Configure(options =>
        {
            options.Invariant = database.Invariant;
            options.DataSource = database.DataSource;
            options.GrainStorageSerializer = new StateSerializer();
        }));
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("cooperanet", "cooperanet"));
        return silo;
    }

    private sealed class StateSerializer : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => new(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(input, StateJson.Options));

        public T Deserialize<T>(BinaryData input) => System.Text.Json.JsonSerializer.Deserialize<T>(input, StateJson.Options)!;
    }
}
