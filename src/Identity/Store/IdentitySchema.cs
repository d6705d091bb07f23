using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace CooperaNet.Matching.Identity.Store;

/// <summary>Brings the identities' schema up to date by scripts of our own, as the exchange's: two databases from one model, and several processes may start at once.</summary>
internal static class IdentitySchema
{
    /// <summary>The advisory lock under which one process at a time changes the schema or the keys: "identity" in ASCII.</summary>
    private const long Lock = 0x6964656E74697479;

    /// <exception cref="InvalidDataException">The schema is newer than this program.</exception>
    public static async Task MigrateAsync(IdentityStore store, CancellationToken cancellationToken)
    {
        var scripts = Scripts(store);
        if (!store.Database.IsNpgsql())
        {
            await store.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
        }

        await using var transaction = await LockAsync(store, cancellationToken);
        if (!store.Database.IsNpgsql())
        {
            await store.Database.ExecuteSqlRawAsync("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)", cancellationToken);
        }
        else if (!(await store.Database.SqlQueryRaw<bool>("SELECT to_regclass('identity.schema_version') IS NOT NULL AS \"Value\"").ToListAsync(cancellationToken))[0])
        {
            // Without IF NOT EXISTS, for which PostgreSQL wants the right to create before it looks.
            await store.Database.ExecuteSqlRawAsync("DO $$ BEGIN IF to_regnamespace('identity') IS NULL THEN CREATE SCHEMA identity; END IF; END $$; CREATE TABLE identity.schema_version (version integer PRIMARY KEY)", cancellationToken);
        }

        var version = (await (store.Database.IsNpgsql()
            ? store.Database.SqlQueryRaw<int>("SELECT COALESCE(MAX(version), 0) AS \"Value\" FROM identity.schema_version")
            : store.Database.SqlQueryRaw<int>("SELECT COALESCE(MAX(version), 0) AS \"Value\" FROM schema_version")).ToListAsync(cancellationToken))[0];
        if (version > scripts.Count)
        {
            throw new InvalidDataException($"The identities have schema version {version}, newer than this program's {scripts.Count}. Run the newer program, or restore a backup made by this one.");
        }

        for (; version < scripts.Count; version++)
        {
            await store.Database.ExecuteSqlRawAsync(scripts[version], cancellationToken);
            await store.Database.ExecuteSqlRawAsync(store.Database.IsNpgsql() ? "INSERT INTO identity.schema_version(version) VALUES ({0})" : "INSERT INTO schema_version(version) VALUES ({0})", [version + 1], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>A transaction that no other process is in at the same time.</summary>
    public static async Task<IDbContextTransaction> LockAsync(IdentityStore store, CancellationToken cancellationToken)
    {
        var transaction = await store.Database.BeginTransactionAsync(cancellationToken); // on SQLite it takes the write lock at once
        if (store.Database.IsNpgsql())
        {
            await store.Database.ExecuteSqlRawAsync("SELECT pg_advisory_xact_lock({0})", [Lock], cancellationToken);
        }

        return transaction;
    }

    private static List<string> Scripts(IdentityStore store)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var kind = store.Database.IsNpgsql() ? "PostgreSql/" : "Sqlite/";
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(kind, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        })];
    }
}
