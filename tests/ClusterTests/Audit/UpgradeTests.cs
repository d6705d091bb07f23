using CooperaNet.Matching.Audit;
using CooperaNet.Matching.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CooperaNet.Matching.ClusterTests.Audit;

/// <summary>A database from before sign-in existed keeps its history, and gets seals.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-upgrade-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Old_history_keeps_who_and_learns_whose_it_is_and_what_was_said_last()
    {
        await using (var old = new SqliteConnection($"Data Source={Path.Combine(directory, "exchange.db")};Pooling=False"))
        {
            var assembly = typeof(ExchangeDatabase).Assembly;
            foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith("Sqlite/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(4))
            {
                using var script = new StreamReader(assembly.GetManifestResourceStream(name)!);
                await old.ExecuteAsync(await script.ReadToEndAsync(cancellation));
            }

            await old.ExecuteAsync("PRAGMA user_version = 4");
            await WriteAsync(old, 1, "authority", """{"Name":"authorities/pe","Country":"PE","Institution":"Agencia","LanguageCodes":["es"],"Account":"ACTIVE","Revision":1,"UpdateTime":"2026-01-01T00:00:00.000000Z","Change":{"Who":"system","Why":"seed","RequestId":"","Time":"2026-01-01T00:00:00.000000Z"}}""");
            foreach (var (revision, title) in new[] { (1, "Pozos"), (2, "Pozos solares") })
            {
                await WriteAsync(old, 2, "offer", $$$"""{"Name":"authorities/pe/offers/a","Parent":"authorities/pe","Country":"PE","Type":"offer-member-state","State":"DRAFT","Content":{"Title":"{{{title}}}","LanguageCode":"es","AreasOfFocus":[],"Goals":[],"Maturity":"UNSPECIFIED"},"Revision":{{{revision}}},"CreateTime":"2026-01-01T00:00:00.000000Z","UpdateTime":"2026-01-01T00:00:00.000000Z","Bucket":7,"Change":{"Who":"anonymous","Why":"update","RequestId":"r","Time":"2026-01-01T00:00:00.000000Z"}}""");
            }
        }

        await using (var database = await ExchangeDatabase.OpenAsync(new() { Directory = directory }, cancellation))
        {
            await new HistorySealer(database).SealAsync(DateTimeOffset.UnixEpoch, cancellation);
            var rows = (await new AuditReader(database).ListAsync(new(new(ParentKind.Authority, "pe")), false, 0, "", cancellation)).Rows;

            Assert.Equal(["anonymous ANONYMOUS", "anonymous ANONYMOUS", "system SYSTEM"], rows.Select(row => $"{row.Who} {row.Role}"));
            Assert.Contains("Pozos solares", rows[0].Content!, StringComparison.Ordinal);
            Assert.Equal((null, null), (rows[0].ContentBefore, rows[1].Content)); // nobody wrote it down
            Assert.Contains("Agencia", rows[2].Content!, StringComparison.Ordinal);
        }

        var found = await HistoryVerifier.VerifyAsync(new() { Directory = directory }, "", cancellation);
        Assert.Equal((3, 0), (found.Rows, found.Findings.Count));
    }

    private static Task<int> WriteAsync(SqliteConnection connection, int id, string kind, string state) => connection.ExecuteAsync(
        """
        INSERT INTO OrleansStorage(Id, GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, ServiceId, PayloadBinary, ModifiedOn, Version) VALUES (@id, @id, 0, 0, 0, @kind, 'test', CAST(@state AS BLOB), '', 1)
        ON CONFLICT(Id) DO UPDATE SET PayloadBinary = excluded.PayloadBinary
        """,
        new { id, kind, state });
}
