using System.Security.Cryptography;
using CooperaNet.Matching.Identity.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace CooperaNet.Matching.Identity.Keys;

/// <summary>The issuer's keys: they are published a day before they sign, sign for a month, and stay published while a token signed by them may live.</summary>
internal sealed class KeyRing(IDbContextFactory<IdentityStore> stores, TimeProvider clock)
{
    /// <summary>How long a key is the newest.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromDays(30);

    /// <summary>How long before its use a key is published, so that every gateway knows it in time.</summary>
    public static readonly TimeSpan Announcement = TimeSpan.FromDays(1);

    /// <summary>How long a key that is no longer used is kept: longer than any token lives.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private const int EncryptionBytes = 32;

    private volatile IReadOnlyList<LoadedKey> keys = [];
    private IReadOnlyList<string> told = []; // the order of the last refresh: time alone changes which key is in use

    /// <summary>The keys that others may check signatures by, the one in use first.</summary>
    public IReadOnlyList<SecurityKey> Signing => [.. InOrder(signs: true)];

    /// <summary>The keys for what only the issuer reads, the one in use first.</summary>
    public IReadOnlyList<SecurityKey> Encryption => [.. InOrder(signs: false)];

    /// <summary>Reads the keys, makes those that are due and deletes those that are over.</summary>
    /// <returns>Whether they differ from before, or another one is in use.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var store = await stores.CreateDbContextAsync(cancellationToken);
        await using var transaction = await IdentitySchema.LockAsync(store, cancellationToken);
        var rows = await store.Keys.ToListAsync(cancellationToken);
        foreach (var signs in (bool[])[true, false])
        {
            var newest = rows.Where(row => row.Signs == signs).Select(row => (DateTimeOffset?)Time(row)).Max();
            if (newest is null || newest + Period - Announcement <= now)
            {
                var key = Create(signs, newest is null ? now : now + Announcement);
                store.Keys.Add(key);
                rows.Add(key);
            }

            var over = rows.Where(row => row.Signs == signs).OrderByDescending(row => row.UseFrom).SkipWhile(row => Time(row) > now).Skip(1).Where(row => Time(row) + Period + Announcement + Kept < now).ToList();
            store.Keys.RemoveRange(over);
            rows.RemoveAll(over.Contains);
        }

        await store.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        keys = [.. rows.Select(row => keys.FirstOrDefault(loaded => loaded.Key.KeyId == row.Id) ?? new LoadedKey(Load(row), row.Signs, Time(row)))];
        var (before, after) = (told, Signing.Concat(Encryption).Select(key => key.KeyId).ToList());
        told = after;
        return !before.SequenceEqual(after);
    }

    /// <summary>Newest first among those in use or used before, then those to come.</summary>
    private IEnumerable<SecurityKey> InOrder(bool signs)
    {
        var now = clock.GetUtcNow();
        var mine = keys.Where(key => key.Signs == signs).ToList();
        return mine.Where(key => key.UseFrom <= now).OrderByDescending(key => key.UseFrom).ThenBy(key => key.Key.KeyId, StringComparer.Ordinal)
            .Concat(mine.Where(key => key.UseFrom > now).OrderBy(key => key.UseFrom)).Select(key => key.Key);
    }

    private static IssuerKey Create(bool signs, DateTimeOffset useFrom)
    {
        if (!signs)
        {
            return new() { Id = Guid.NewGuid().ToString("n"), UseFrom = useFrom.ToUnixTimeMilliseconds(), Secret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(EncryptionBytes)) };
        }

        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new() { Id = InstallationTokens.ToSecurityKey(pair).KeyId, Signs = true, UseFrom = useFrom.ToUnixTimeMilliseconds(), Secret = pair.ExportPkcs8PrivateKeyPem() };
    }

    private static SecurityKey Load(IssuerKey row)
    {
        if (!row.Signs)
        {
            return new SymmetricSecurityKey(Convert.FromBase64String(row.Secret)) { KeyId = row.Id };
        }

        var pair = ECDsa.Create(); // lives as long as the process
        pair.ImportFromPem(row.Secret);
        return new ECDsaSecurityKey(pair) { KeyId = row.Id };
    }

    private static DateTimeOffset Time(IssuerKey row) => DateTimeOffset.FromUnixTimeMilliseconds(row.UseFrom);

    private sealed record LoadedKey(SecurityKey Key, bool Signs, DateTimeOffset UseFrom);
}
