using System.Globalization;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>The command <c>repartition N</c>: splits the index of a resting exchange anew.</summary>
internal static class Repartition
{
    private const int MaxPartitions = 256;

    public static async Task<int> RunAsync(ExchangeDatabase database, string[] args)
    {
        if (args is not [var text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var partitions) || partitions is < 1 or > MaxPartitions)
        {
            throw new StorageException($"'repartition {string.Join(' ', args)}' cannot be read: give one number of partitions, 1 to {MaxPartitions}.");
        }

        await new Partitioning(database).ChangeAsync(partitions, default);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The data in {database.Location} now has {partitions} partitions. Start with Matching__Partitions={partitions}."));
        return 0;
    }
}
