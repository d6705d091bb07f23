using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>The program's commands, which run instead of the exchange.</summary>
internal static class Verbs
{
    /// <summary>Those that only read: the service may run meanwhile. Null for anything else.</summary>
    public static Task<int>? FindReading(string[] args, IHostEnvironment environment, StorageOptions storage) => args switch
    {
        ["token", .. var options] => TokenVerb.RunAsync(environment, storage, options, TimeProvider.System),
        ["backup", .. var options] => BackupVerb.RunAsync(storage, options),
        ["verify", .. var options] => VerifyVerb.RunAsync(storage, options),
        _ => null,
    };

    /// <summary>Those that want the exchange at rest. Null for anything else.</summary>
    public static Task<int>? FindWriting(string[] args, ExchangeDatabase database, IConfiguration configuration) => args switch
    {
        ["repartition", .. var options] => AtRestAsync(database, () => Repartition.RunAsync(database, options)),
        ["load", .. var options] => AtRestAsync(database, () => LoadVerb.RunAsync(database, configuration, options)),
        ["erase", .. var options] => AtRestAsync(database, () => EraseVerb.RunAsync(database, options)),
        _ => null,
    };

    private static async Task<int> AtRestAsync(ExchangeDatabase database, Func<Task<int>> run)
    {
        await database.CheckRestsAsync(default);
        return await run();
    }
}
