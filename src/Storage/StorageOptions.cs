namespace CooperaNet.Matching.Storage;

/// <summary>Where the data lies. Bound from the section "Storage".</summary>
public sealed class StorageOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Storage";

    /// <summary>The kind of database. Default: SQLite in <see cref="Directory"/>.</summary>
    public StorageProvider Provider { get; set; }

    /// <summary>The folder that holds SQLite's database, and copies of models with either; made when it is missing. Default: exchange-data below the current folder.</summary>
    public string Directory { get; set; } = "exchange-data";

    /// <summary>How to reach PostgreSQL, as Npgsql reads it. A secret: give it by the environment or by a file, never on a command line.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>A file that holds the connection string and nothing else.</summary>
    public string? ConnectionStringFile { get; set; }

    /// <summary>The connection string from either setting, or null when none is set.</summary>
    /// <exception cref="StorageException">Both are set, or the file cannot be read or is empty.</exception>
    public string? ReadConnectionString()
    {
        if (string.IsNullOrWhiteSpace(ConnectionStringFile))
        {
            return string.IsNullOrWhiteSpace(ConnectionString) ? null : ConnectionString;
        }

        if (!string.IsNullOrWhiteSpace(ConnectionString))
        {
            throw new StorageException("Storage__ConnectionString and Storage__ConnectionStringFile are both set; set one of them.");
        }

        try
        {
            var text = File.ReadAllText(ConnectionStringFile).Trim();
            return text.Length > 0 ? text : throw new StorageException($"Storage__ConnectionStringFile '{ConnectionStringFile}' is empty.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"Storage__ConnectionStringFile '{ConnectionStringFile}' cannot be read: {error.Message}", error);
        }
    }
}

/// <summary>The kinds of database.</summary>
public enum StorageProvider
{
    /// <summary>Embedded: one process, one folder.</summary>
    Sqlite,

    /// <summary>A server of PostgreSQL 15 or newer.</summary>
    PostgreSql,
}

/// <summary>The storage cannot be used; the message says why and what to do.</summary>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
