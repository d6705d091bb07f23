using System.Globalization;
using CooperaNet.Matching.Audit;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>The command <c>erase SUBJECT</c>: takes a person out of a resting exchange's history; what was done stays.</summary>
internal static class EraseVerb
{
    public static async Task<int> RunAsync(ExchangeDatabase database, string[] args)
    {
        if (args is not [{ Length: > 0 } subject])
        {
            throw new StorageException($"'erase {string.Join(' ', args)}' cannot be read: give one subject, as the audit shows it.");
        }

        var count = await new PersonEraser(database).EraseAsync(subject, default);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} events no longer tell who it was."));
        return 0;
    }
}
