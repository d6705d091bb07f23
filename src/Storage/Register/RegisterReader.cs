using System.Data.Common;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Register;

/// <summary>Reads lists of items and participants from the register; pages by keyset, so that a page costs the same however deep it lies.</summary>
public sealed class RegisterReader(ExchangeDatabase database)
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 1_000;

    /// <summary>Reads of all texts that run at once: they want processors for seconds, and the others keep some.</summary>
    private static readonly SemaphoreSlim Scans = new(Math.Max(1, Environment.ProcessorCount / 2));

    private static readonly Dictionary<string, string> SortColumns = new(StringComparer.Ordinal)
    {
        ["name"] = "r.name",
        ["title"] = "r.title",
        ["country"] = "r.country",
        ["state"] = "r.state",
        ["createTime"] = "r.create_time",
        ["create_time"] = "r.create_time",
        ["updateTime"] = "r.update_time",
        ["update_time"] = "r.update_time",
        ["confirmTime"] = "COALESCE(r.confirm_time, '')",
        ["confirm_time"] = "COALESCE(r.confirm_time, '')",
    };

    /// <summary>One page of the items that the caller may see; an item whose state cannot be read is missing from it.</summary>
    public async Task<Page<Item>> ListItemsAsync(ItemQuery query, Caller caller, CancellationToken cancellationToken)
    {
        var size = PageSize(query.PageSize);
        var (column, descending) = Order(query.OrderBy);
        var arguments = $"{query.Kind}|{query.Parent}|{query.Filter}|{query.OrderBy}";
        var parameters = new DynamicParameters();
        var conditions = $"r.kind = @kind AND {Parent(query.Parent, parameters)} AND {Visibility.ToSql(caller, parameters)} AND {Filter.ToSql(query.Filter, parameters, database.Sql)}";
        parameters.Add("@kind", query.Kind == ItemKind.Offer ? "offer" : "need");
        parameters.Add("@limit", size + 1);
        if (PageToken.Read(query.PageToken, arguments, keys: 2) is [var value, var name])
        {
            conditions += $" AND ({column}, r.name) {(descending ? "<" : ">")} (@value, @name)";
            parameters.Add("@value", value);
            parameters.Add("@name", name);
        }

        var direction = descending ? "DESC" : "ASC";
        var sql = $"SELECT s.PayloadBinary AS Payload, p.key AS Key, p.name AS Name FROM (SELECT r.id, {column} AS key, r.name FROM register r WHERE {conditions} ORDER BY {column} {direction}, r.name {direction} LIMIT @limit) p JOIN OrleansStorage s ON s.Id = p.id ORDER BY p.key {direction}, p.name {direction}";
        var rows = Filter.ReadsTexts(conditions) ? await ScanAsync(sql, parameters, cancellationToken)
            : await database.ReadAsync<(byte[] Payload, string Key, string Name)>(sql, parameters, cancellationToken);
        return new(
            [.. rows.Take(size).Select(row => StateJson.FindItem(row.Payload)).OfType<Item>()],
            rows.Count > size ? PageToken.Write(arguments, rows[size - 1].Key, rows[size - 1].Name) : "");
    }

    /// <summary>Reads what may be found only behind all texts: few at once, and no longer than somebody waits.</summary>
    private async Task<List<(byte[] Payload, string Key, string Name)>> ScanAsync(string sql, DynamicParameters parameters, CancellationToken cancellationToken)
    {
        await Scans.WaitAsync(cancellationToken);
        try
        {
            await using var read = await database.OpenReadAsync(cancellationToken);
            using var interrupt = database.Interrupt(read, cancellationToken);
            return (await read.QueryAsync<(byte[] Payload, string Key, string Name)>(new(sql, parameters, cancellationToken: cancellationToken))).AsList();
        }
        catch (DbException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            Scans.Release();
        }
    }

    /// <summary>One page of participants, by name; one whose state cannot be read is missing from it.</summary>
    public async Task<Page<Participant>> ListParticipantsAsync(ParentKind kind, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var size = PageSize(pageSize);
        var after = PageToken.Read(pageToken, kind.ToString(), keys: 1)?[0] ?? "";
        await using var read = await database.OpenReadAsync(cancellationToken);
        var rows = (await read.QueryAsync<(string Name, byte[] Payload)>(new(
            "SELECT p.name, s.PayloadBinary FROM participant p JOIN OrleansStorage s ON s.Id = p.id WHERE p.kind = @kind AND p.name > @after ORDER BY p.name LIMIT @limit",
            new { kind = kind == ParentKind.Authority ? "authority" : "partner", after, limit = size + 1 }, cancellationToken: cancellationToken))).AsList();
        return new([.. rows.Take(size).Select(row => StateJson.FindParticipant(row.Payload)).OfType<Participant>()], rows.Count > size ? PageToken.Write(kind.ToString(), rows[size - 1].Name) : "");
    }

    /// <summary>The next published items that are the caller's business and pass a filter, by name, with their storage ids; null for a state that cannot be read.</summary>
    public async Task<IReadOnlyList<(long Id, string Name, Item? Item)>> ReadPublishedAsync(string filter, Caller caller, string afterName, int limit, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters();
        var sql = $"SELECT r.id, r.name, s.PayloadBinary FROM register r JOIN OrleansStorage s ON s.Id = r.id WHERE r.state = 'PUBLISHED' AND r.name > @afterName AND {Visibility.OwnToSql(caller, parameters)} AND {Filter.ToSql(filter, parameters, database.Sql)} ORDER BY r.name LIMIT @limit";
        parameters.Add("@afterName", afterName);
        parameters.Add("@limit", limit);
        await using var read = await database.OpenReadAsync(cancellationToken);
        return [.. (await read.QueryAsync<(long Id, string Name, byte[] Payload)>(new(sql, parameters, cancellationToken: cancellationToken))).Select(row => (row.Id, row.Name, StateJson.FindItem(row.Payload)))];
    }

    /// <summary>Those of these names whose items are published and have not expired, and when they were last confirmed or changed.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> FindStandingAsync(IReadOnlyCollection<string> names, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync<(string Name, string Confirmed)>(
            "SELECT r.name, COALESCE(r.confirm_time, r.update_time) FROM register r WHERE r.name IN (SELECT atom FROM json_each(@names)) AND r.state = 'PUBLISHED' AND (r.expire_time IS NULL OR r.expire_time > @now)",
            new { names = SqlJson.Of(names), now = StateJson.Format(now) }, cancellationToken);
        return rows.ToDictionary(row => row.Name, row => StateJson.ReadTime(row.Confirmed));
    }

    /// <summary>Those of these names that pass a filter.</summary>
    public async Task<IReadOnlySet<string>> FilterAsync(IReadOnlyCollection<string> names, string filter, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters();
        parameters.Add("@names", SqlJson.Of(names));
        var sql = $"SELECT r.name FROM register r WHERE r.name IN (SELECT atom FROM json_each(@names)) AND {Filter.ToSql(filter, parameters, database.Sql)}";
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<string>(new(sql, parameters, cancellationToken: cancellationToken))).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The items of these names as they stand; names that lead nowhere, or to a state that cannot be read, are missing.</summary>
    public async Task<IReadOnlyDictionary<string, Item>> ReadItemsAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
        {
            return new Dictionary<string, Item>();
        }

        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<byte[]>(new("SELECT s.PayloadBinary FROM register r JOIN OrleansStorage s ON s.Id = r.id WHERE r.name IN (SELECT atom FROM json_each(@names))", new { names = SqlJson.Of(names) }, cancellationToken: cancellationToken)))
            .Select(row => StateJson.FindItem(row)).OfType<Item>().ToDictionary(item => item.Name);
    }

    /// <summary>The names of a parent's items that already carry these source references.</summary>
    public async Task<IReadOnlyDictionary<string, string>> FindBySourceAsync(ParentId parent, ItemKind kind, IReadOnlyCollection<string> references, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<(string Reference, string Name)>(new(
            "SELECT source_reference, MIN(name) FROM register WHERE parent = @parent AND kind = @kind AND source_reference IN (SELECT atom FROM json_each(@references)) GROUP BY source_reference",
            new { parent = parent.ToString(), kind = kind == ItemKind.Offer ? "offer" : "need", references = SqlJson.Of(references) }, cancellationToken: cancellationToken))).ToDictionary(row => row.Reference, row => row.Name);
    }

    /// <summary>The names of all authorities.</summary>
    public async Task<IReadOnlySet<string>> ReadAuthoritiesAsync(CancellationToken cancellationToken) =>
        (await database.ReadAsync<string>("SELECT name FROM participant WHERE kind = 'authority'", null, cancellationToken)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether there is a participant of this name.</summary>
    public async Task<bool> HasParticipantAsync(ParentId name, CancellationToken cancellationToken) =>
        (await database.ReadAsync<bool>("SELECT EXISTS (SELECT 1 FROM participant WHERE name = @name)", new { name = name.ToString() }, cancellationToken))[0];

    /// <summary>How many items there are, in any state.</summary>
    public async Task<long> CountItemsAsync(CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return await read.ExecuteScalarAsync<long>(new("SELECT COUNT(*) FROM register", cancellationToken: cancellationToken));
    }

    private static int PageSize(int asked) => asked switch
    {
        < 0 => throw MatchingException.Invalid("pageSize", $"{asked} is negative; 0 asks for the default of {DefaultPageSize}."),
        0 => DefaultPageSize,
        _ => Math.Min(asked, MaxPageSize),
    };

    private static string Parent(string parent, DynamicParameters parameters)
    {
        switch (parent)
        {
            case "authorities/-": return "r.name >= 'authorities/' AND r.name < 'authorities0'"; // names begin with the parent, and 0 follows the slash
            case "partners/-": return "r.name >= 'partners/' AND r.name < 'partners0'";
            default:
                parameters.Add("@parent", ParentId.Parse(parent, "parent").ToString());
                return "r.parent = @parent";
        }
    }

    private static (string Column, bool Descending) Order(string orderBy)
    {
        var words = orderBy.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var column = "r.name";
        return words.Length == 0 || (words.Length <= 2 && words.Skip(1).All(word => word is "asc" or "desc") && SortColumns.TryGetValue(words[0], out column))
            ? (column, words is [_, "desc"])
            : throw MatchingException.Invalid("orderBy", $"'{ResourceId.Excerpt(orderBy)}' cannot be read; give one of name, title, country, state, createTime, updateTime, confirmTime, with an optional desc.");
    }
}
