using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Consistency;

/// <summary>
/// Compares what triggers derive from the states (register, tags, participants, figures) with the states, by rules of its own rather than
/// by the triggers', and says how to mend what differs. What followers derive is dropped where it is of nothing.
/// </summary>
public static class ConsistencyChecker
{
    private const int Page = 1_000;
    private const char Separator = '\u001F';
    private const string RegisterColumns = "name, kind, parent, country, type, state, language, maturity, title, source_reference, bucket, revision, create_time, update_time, confirm_time, expire_time";

    private static readonly string WriteRegister =
        $"DELETE FROM register WHERE id = @id OR name = @name; INSERT INTO register(id, {RegisterColumns}) VALUES (@id, {string.Join(", ", RegisterColumns.Split(", ").Select(column => $"@{column}"))})";

    /// <summary>Reads everything in one snapshot; the service may run meanwhile.</summary>
    /// <exception cref="StorageException">There is no database, or it can't be read.</exception>
    public static async Task<IReadOnlyList<Inconsistency>> CheckAsync(StorageOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var (sql, read) = await ExchangeDatabase.OpenReadOnlyAsync(options, cancellationToken);
            await using var connection = read;
            if (sql == Dialect.Sqlite && await read.ExecuteScalarAsync<string>("PRAGMA quick_check(1)") is var check && check != "ok")
            {
                throw new StorageException($"The database is damaged: {check}. Restore it from a backup; nothing was changed.");
            }

            await using var snapshot = await read.BeginTransactionAsync(sql.Snapshot, cancellationToken);
            return [.. await ItemsAsync(read, cancellationToken), .. await ParticipantsAsync(read, cancellationToken), .. await StraysAsync(read, cancellationToken), .. await FiguresAsync(sql, read, cancellationToken)];
        }
        catch (DbException error)
        {
            throw new StorageException($"The database cannot be verified: {error.Message}.", error);
        }
    }

    /// <summary>Mends what was found, in a resting exchange.</summary>
    public static async Task RepairAsync(ExchangeDatabase database, IReadOnlyList<Inconsistency> found, CancellationToken cancellationToken)
    {
        foreach (var alike in found.Where(one => one.Repair.Length > 0).GroupBy(one => one.Repair))
        {
            foreach (var page in alike.Chunk(Page))
            {
                await database.WriteAsync(alike.Key, [.. page.Select(one => one.Parameters.ToArray())], cancellationToken);
            }
        }
    }

    private static async Task<List<Inconsistency>> ItemsAsync(DbConnection read, CancellationToken cancellationToken)
    {
        var (found, after) = (new List<Inconsistency>(), 0L);
        while (true)
        {
            var states = (await read.QueryAsync<(long Id, string Kind, byte[] Payload)>(new(
                "SELECT Id, GrainTypeString, PayloadBinary FROM OrleansStorage WHERE GrainTypeString IN ('offer', 'need') AND PayloadBinary IS NOT NULL AND Id > @after ORDER BY Id LIMIT @limit",
                new { after, limit = Page }, cancellationToken: cancellationToken))).AsList();
            if (states.Count == 0)
            {
                return found;
            }

            var range = new { first = states[0].Id, last = states[^1].Id };
            var registered = (await read.QueryAsync(new CommandDefinition($"SELECT id, {RegisterColumns} FROM register WHERE id BETWEEN @first AND @last", range, cancellationToken: cancellationToken)))
                .Select(row => (IDictionary<string, object?>)row).ToDictionary(row => Convert.ToInt64(row["id"], CultureInfo.InvariantCulture), row => string.Join(Separator, RegisterColumns.Split(", ").Select(column => Convert.ToString(row[column], CultureInfo.InvariantCulture))));
            var tags = (await read.QueryAsync<(long Item, string Dimension, string Value)>(new("SELECT item, dimension, value FROM tag WHERE item BETWEEN @first AND @last AND dimension IN ('area', 'goal')", range, cancellationToken: cancellationToken)))
                .ToLookup(tag => tag.Item, tag => $"{tag.Dimension}:{tag.Value}");
            foreach (var (id, kind, payload) in states)
            {
                if (StateJson.FindItem(payload) is { } item)
                {
                    Compare(id, kind, item, registered.GetValueOrDefault(id), tags[id].ToHashSet(), found);
                }
                else
                {
                    found.Add(new($"The state of '{registered.GetValueOrDefault(id)?.Split(Separator)[0] ?? $"{kind} {id}"}' cannot be read: restore it from a backup.", "", []));
                }
            }

            after = states[^1].Id;
        }
    }

    private static void Compare(long id, string kind, Item item, string? registered, HashSet<string> tags, List<Inconsistency> found)
    {
        var wanted = item.Exists ? RegisterRow.Of(kind, item) : null;
        if (wanted is null ? registered is not null : registered != wanted.ToString())
        {
            found.Add(wanted is null
                ? new($"'{item.Name}' is deleted and stands in the register.", "DELETE FROM tag WHERE item = @id; DELETE FROM register WHERE id = @id", [("@id", id)])
                : new($"'{item.Name}' {(registered is null ? "is missing from the register" : "stands in the register otherwise than its state says")}.",
                    WriteRegister, [("@id", id), .. wanted.Parameters()]));
        }

        var wantedTags = wanted is null ? [] : item.Content.AreasOfFocus.Select(area => $"area:{area}").Concat(item.Content.Goals.Select(goal => string.Create(CultureInfo.InvariantCulture, $"goal:{goal}"))).ToHashSet();
        if (!tags.SetEquals(wantedTags))
        {
            found.Add(new(
                $"'{item.Name}' has other tags in the register than in its state.",
                "DELETE FROM tag WHERE item = @id AND dimension IN ('area', 'goal'); INSERT INTO tag(item, dimension, value) SELECT @id, 'area', atom FROM json_each(@areas); INSERT INTO tag(item, dimension, value) SELECT @id, 'goal', atom FROM json_each(@goals)",
                [("@id", id), ("@areas", SqlJson.Of(wanted is null ? [] : item.Content.AreasOfFocus)), ("@goals", SqlJson.Of(wanted is null ? [] : item.Content.Goals.Select(goal => goal.ToString(CultureInfo.InvariantCulture))))]));
        }
    }

    private static async Task<List<Inconsistency>> ParticipantsAsync(DbConnection read, CancellationToken cancellationToken)
    {
        var rows = await read.QueryAsync<(long Id, string Kind, byte[] Payload, string? Row)>(new(
            "SELECT s.Id, s.GrainTypeString, s.PayloadBinary, p.name || ' ' || p.kind || ' ' || p.country || ' ' || p.account FROM OrleansStorage s LEFT JOIN participant p ON p.id = s.Id WHERE s.GrainTypeString IN ('authority', 'partner') AND s.PayloadBinary IS NOT NULL",
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => StateJson.FindParticipant(row.Payload) is { } state ? Compare(row, state)
            : new Inconsistency($"The state of '{row.Row?.Split(' ')[0] ?? $"{row.Kind} {row.Id}"}' cannot be read: restore it from a backup.", "", [])).OfType<Inconsistency>()];

        static Inconsistency? Compare((long Id, string Kind, byte[] Payload, string? Row) row, Participant state) => row.Row == $"{state.Name} {row.Kind} {state.Country} {Account(state)}" ? null : new(
            $"'{state.Name}' stands among the participants otherwise than its state says.",
            "DELETE FROM participant WHERE id = @id OR name = @name; INSERT INTO participant(id, name, kind, country, account) VALUES (@id, @name, @kind, @country, @account)",
            [("@id", row.Id), ("@name", state.Name), ("@kind", row.Kind), ("@country", state.Country), ("@account", Account(state))]);

        static string Account(Participant participant) => JsonSerializer.Serialize(participant.Account, StateJson.Options).Trim('"');
    }

    /// <summary>What belongs to no state.</summary>
    private static async Task<List<Inconsistency>> StraysAsync(DbConnection read, CancellationToken cancellationToken)
    {
        var rows = await read.QueryAsync<(long Id, string Name)>(new("SELECT r.id, r.name FROM register r WHERE NOT EXISTS (SELECT 1 FROM OrleansStorage s WHERE s.Id = r.id)", cancellationToken: cancellationToken));
        var encodings = await read.QueryAsync<long>(new("SELECT DISTINCT e.item FROM encoding e WHERE NOT EXISTS (SELECT 1 FROM OrleansStorage s WHERE s.Id = e.item)", cancellationToken: cancellationToken));
        return
        [
            .. rows.Select(row => new Inconsistency($"'{row.Name}' stands in the register and has no state.", "DELETE FROM tag WHERE item = @id; DELETE FROM register WHERE id = @id", [("@id", row.Id)])),
            .. encodings.Select(id => new Inconsistency(string.Create(CultureInfo.InvariantCulture, $"Encodings are kept of item {id}, which has no state."), "DELETE FROM encoding WHERE item = @id", [("@id", id)])),
        ];
    }

    /// <summary>All deltas against a recount of the register, and the totals, which are served together with the open deltas, against the folded ones.</summary>
    private static async Task<List<Inconsistency>> FiguresAsync(Dialect sql, DbConnection read, CancellationToken cancellationToken)
    {
        var rows = await read.QueryAsync<(string Dimension, string Value, long Counted, long Told)>(new(
            """
            SELECT dimension, value, SUM(counted), SUM(told) FROM (
              SELECT 'type' AS dimension, type AS value, 1 AS counted, 0 AS told FROM register WHERE state = 'PUBLISHED'
              UNION ALL SELECT 'country', country, 1, 0 FROM register WHERE state = 'PUBLISHED'
              UNION ALL SELECT t.dimension, t.value, 1, 0 FROM register r JOIN tag t ON t.item = r.id WHERE r.state = 'PUBLISHED' AND t.dimension IN ('area', 'goal')
              UNION ALL SELECT 'account', account, 1, 0 FROM participant WHERE kind = 'authority'
              UNION ALL SELECT dimension, value, 0, n FROM statistic_delta) x
            GROUP BY dimension, value HAVING SUM(counted) <> SUM(told)
            """, cancellationToken: cancellationToken));
        var totals = await read.QueryAsync<(string Dimension, string Value, long Total, long Folded)>(new(
            $"""
            SELECT dimension, value, SUM(total), SUM(folded) FROM (
              SELECT dimension, value, n AS total, 0 AS folded FROM statistic_total
              UNION ALL SELECT dimension, value, 0, n FROM statistic_delta WHERE ({sql.Place}) <= (SELECT {sql.Place} FROM statistic_fold)) x
            GROUP BY dimension, value HAVING SUM(total) <> SUM(folded)
            """, cancellationToken: cancellationToken));
        var now = StateJson.Format(TimeProvider.System.GetUtcNow());
        return [.. rows.Select(row => new Inconsistency(
            string.Create(CultureInfo.InvariantCulture, $"The figures say {row.Told} for {row.Dimension} {row.Value}, a recount {row.Counted}."),
            "INSERT INTO statistic_delta(at, dimension, value, n) VALUES (@at, @dimension, @value, @n)",
            [("@at", now), ("@dimension", row.Dimension), ("@value", row.Value), ("@n", (int)(row.Counted - row.Told))])),
            .. totals.Select(row => new Inconsistency(
                string.Create(CultureInfo.InvariantCulture, $"The total of {row.Dimension} {row.Value} is {row.Total}, its changes add up to {row.Folded}."),
                "INSERT INTO statistic_total(dimension, value, n) VALUES (@dimension, @value, @n) ON CONFLICT(dimension, value) DO UPDATE SET n = excluded.n",
                [("@dimension", row.Dimension), ("@value", row.Value), ("@n", (int)row.Folded)]))];
    }
}
