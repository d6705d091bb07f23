using System.Globalization;
using System.Text.Json;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Authorities;

/// <summary>Reads accounts out of the participants' states, of which there are few.</summary>
public sealed class AccountReader(ExchangeDatabase database)
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 1_000;
    private const string From = "FROM participant p JOIN OrleansStorage s ON s.Id = p.id";

    private string Epoch => database.Sql.StateText(nameof(Participant.AccountRecord), nameof(AccountRecord.Epoch));

    private string Address => database.Sql.StateText(nameof(Participant.AccountRecord), nameof(AccountRecord.Address));

    /// <summary>The standings of all participants.</summary>
    public async Task<IReadOnlyList<AccountStanding>> ListStandingsAsync(CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        var rows = await read.QueryAsync<(string Name, string Account, string? Epoch)>(new($"SELECT p.name, p.account, CAST({Epoch} AS TEXT) {From}", cancellationToken: cancellationToken));
        return [.. rows.Select(row => new AccountStanding(row.Name, JsonSerializer.Deserialize<AccountState>($"\"{row.Account}\"", StateJson.Options), row.Epoch is null ? 0 : long.Parse(row.Epoch, CultureInfo.InvariantCulture)))];
    }

    /// <summary>Whose account has this address, whatever its case; null when none has.</summary>
    public async Task<string?> FindByAddressAsync(string address, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return await read.QueryFirstOrDefaultAsync<string>(new(
            $"SELECT p.name {From} WHERE p.account <> 'NONE' AND lower({Address}) = @address", new { address = address.ToLowerInvariant() }, cancellationToken: cancellationToken));
    }

    /// <summary>One page of participants with their accounts, by name.</summary>
    public async Task<Page<Participant>> ListAsync(AccountFilter filter, int pageSize, string pageToken, CancellationToken cancellationToken)
    {
        var size = pageSize switch
        {
            < 0 => throw MatchingException.Invalid("pageSize", $"{pageSize} is negative; 0 asks for the default of {DefaultPageSize}."),
            0 => DefaultPageSize,
            _ => Math.Min(pageSize, MaxPageSize),
        };
        var arguments = $"{filter.State}|{filter.DormantSince is null}|{filter.BouncedOnly}";
        var after = PageToken.Read(pageToken, arguments, keys: 1)?[0] ?? "";
        string part(string field) => database.Sql.StateText(nameof(Participant.AccountRecord), field);
        var conditions = $"p.name > @after{(filter.State is null ? "" : " AND p.account = @state")}{(filter.BouncedOnly ? $" AND {part(nameof(AccountRecord.BounceTime))} IS NOT NULL" : "")}{(
            filter.DormantSince is null ? "" : $" AND p.account = 'ACTIVE' AND COALESCE({part(nameof(AccountRecord.SignInTime))}, {part(nameof(AccountRecord.StateTime))}, '') < @since")}";
        await using var read = await database.OpenReadAsync(cancellationToken);
        var rows = (await read.QueryAsync<byte[]>(new(
            $"SELECT s.PayloadBinary {From} WHERE {conditions} ORDER BY p.name LIMIT @limit",
            new { after, state = JsonSerializer.Serialize(filter.State ?? default, StateJson.Options).Trim('"'), since = StateJson.Format(filter.DormantSince ?? default), limit = size + 1 }, cancellationToken: cancellationToken))).AsList();
        var participants = rows.Take(size).Select(row => JsonSerializer.Deserialize<Participant>(row, StateJson.Options)!).ToList();
        return new(participants, rows.Count > size ? PageToken.Write(arguments, participants[^1].Name) : "");
    }
}
