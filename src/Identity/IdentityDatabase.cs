using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CooperaNet.Matching.Identity;

/// <summary>Where the identities lie: <c>identity.db</c> in the storage folder, or the schema <c>identity</c> of the exchange's PostgreSQL database.</summary>
public sealed class IdentityDatabase
{
    private readonly NpgsqlDataSource? source;
    private readonly string? connectionString;
    private readonly string file;

    private IdentityDatabase(NpgsqlDataSource? source, string? connectionString, string folder) =>
        (this.source, this.connectionString, Folder, file) = (source, connectionString, Path.GetFullPath(folder), Path.Combine(Path.GetFullPath(folder), "identity.db"));

    /// <summary>The storage folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>Beside the exchange's database.</summary>
    /// <param name="exchange">Where the exchange lies.</param>
    /// <param name="folder">The storage folder.</param>
    public static IdentityDatabase Beside(DbDataSource exchange, string folder) => new(exchange as NpgsqlDataSource, null, folder);

    /// <summary>Without the exchange.</summary>
    /// <param name="connectionString">Of PostgreSQL; null for SQLite in the folder.</param>
    /// <param name="folder">The storage folder.</param>
    public static IdentityDatabase At(string? connectionString, string folder) => new(null, connectionString, folder);

    internal void Use(DbContextOptionsBuilder options)
    {
        if (source is not null)
        {
            options.UseNpgsql(source);
            return;
        }

        if (connectionString is not null)
        {
            options.UseNpgsql(connectionString);
            return;
        }

        CreateFile();
        options.UseSqlite($"Data Source={file};Default Timeout=10");
    }

    /// <summary>For this account only from the first byte; SQLite gives the files beside it the same mode.</summary>
    private void CreateFile()
    {
        Directory.CreateDirectory(Folder);
        var mode = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        if (!File.Exists(file))
        {
            using var created = new FileStream(file, mode);
        }
    }
}
