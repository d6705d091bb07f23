using CooperaNet.Matching.Storage;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.Sqlite;

/// <summary>Copies the databases of a storage folder, each as it is at one moment, also while another process writes them.</summary>
public static class SqliteBackup
{
    /// <summary>Copies all databases and the models, without which the service would encode everything anew after a refit.</summary>
    /// <returns>The names of the files.</returns>
    /// <exception cref="StorageException">The exchange isn't on SQLite, has no database, or the folder can't take the copy.</exception>
    public static async Task<IReadOnlyList<string>> CopyAsync(StorageOptions options, string folder, CancellationToken cancellationToken)
    {
        if (options.Provider != StorageProvider.Sqlite)
        {
            throw new StorageException("'backup' copies SQLite's files; on PostgreSQL use pg_dump, which is as consistent while the service runs: see docs/operations.md.");
        }

        var source = Path.GetFullPath(options.Directory);
        string[] databases = Directory.Exists(source) ? [.. Directory.GetFiles(source, "*.db").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];
        if (!databases.Contains("exchange.db"))
        {
            throw new StorageException($"There is no database in '{source}'. Set Storage__Directory to the folder of the exchange.");
        }

        try
        {
            if (Directory.CreateDirectory(folder).EnumerateFileSystemInfos().Any())
            {
                throw new StorageException($"The folder '{folder}' is not empty; nothing was copied.");
            }

            foreach (var database in databases)
            {
                await CopyAsync(Path.Combine(source, database), Path.Combine(folder, database), cancellationToken);
            }

            var models = Directory.Exists(Path.Combine(source, "models")) ? Directory.GetFiles(Path.Combine(source, "models"), "*.bin") : [];
            Directory.CreateDirectory(Path.Combine(folder, "models"));
            foreach (var model in models)
            {
                File.Copy(model, Path.Combine(folder, "models", Path.GetFileName(model)));
            }

            return [.. databases, .. models.Select(model => $"models/{Path.GetFileName(model)}")];
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The copy in '{folder}' is incomplete and of no use: {error.Message}", error);
        }
    }

    /// <summary>Makes an empty file that only its owner may read.</summary>
    private static ValueTask CreateAsync(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(file, options).DisposeAsync();
    }

    /// <summary>By SQLite's backup interface, in one step, which is one snapshot.</summary>
    private static async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        await using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = from, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = to, Pooling = false }.ToString());
        await source.OpenAsync(cancellationToken);
        await CreateAsync(to); // before SQLite would, whose file others may read
        await target.OpenAsync(cancellationToken);
        source.BackupDatabase(target);
    }
}
