using System.CommandLine;
using CooperaNet.Matching.Sqlite;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Silo;

/// <summary>The command <c>backup FOLDER</c>: copies an exchange on SQLite as it is at one moment, also while the service runs.</summary>
internal static class BackupVerb
{
    public static Task<int> RunAsync(StorageOptions storage, string[] args)
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "A folder that doesn't exist yet or is empty. The service started on it goes on from that moment." };
        var command = new RootCommand("Copies the exchange as it is now.") { folder };
        command.SetAction((arguments, cancellationToken) => BackUpAsync(storage, arguments.GetValue(folder)!, cancellationToken));
        return command.Parse(args).InvokeAsync(new() { EnableDefaultExceptionHandler = false });
    }

    private static async Task<int> BackUpAsync(StorageOptions storage, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        var files = await SqliteBackup.CopyAsync(storage, folder.FullName, cancellationToken);
        Console.WriteLine($"Copied {string.Join(", ", files)} to '{folder.FullName}'. Check it with Storage__Directory='{folder.FullName}' and the command verify.");
        return 0;
    }
}
