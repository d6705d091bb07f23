using System.Text.Json;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Authorities;

/// <summary>Reads accounts out of the participants' states, of which there are few. A state that cannot be read concerns its own account only.</summary>
public sealed class AccountReader(ExchangeDatabase database)
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 1_000;
    private const string From = "FROM participant p JOIN OrleansStorage s ON s.Id = p.id";

    /// <summary>The standings of all participants; of one whose state cannot be read that it is suspended.</summary>
    public async Task<IReadOnlyList<AccountStanding>> ListStandingsAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync<(string Name, byte[] Payload)>($"SELECT p.name, s.PayloadBinary {From}", null, cancellationToken);
        return [.. rows.Select(row => StateJson.FindParticipant(row.Payload) is { } participant
            ? new AccountStanding(row.Name, participant.Account, participant.AccountRecord?.Epoch ?? 0) : new AccountStanding(row.Name, AccountState.Suspended, 0))];
    }

    /// <summary>Which account besides one has this address, or is about to have it, whatever its case; null when none.</summary>
    public async Task<string?> FindOtherByAddressAsync(string name, string address, CancellationToken cancellationToken)
    {
        bool Is(string? other) => string.Equals(other, address, StringComparison.OrdinalIgnoreCase);
        var rows = await database.ReadAsync<byte[]>($"SELECT s.PayloadBinary {From} WHERE p.account <> 'NONE'", null, cancellationToken);
        return rows.Select(row => StateJson.FindParticipant(row)).OfType<Participant>()
            .FirstOrDefault(participant => participant.Name != name && (Is(participant.AccountRecord?.Address) || Is(participant.AccountRecord?.AddressChange?.Address)))?.Name;
    }

    /// <summary>One page of participants with their accounts, by name; one whose state cannot be read is missing from it.</summary>
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
        var rows = await database.ReadAsync<(string Name, byte[] Payload)>(
            $"SELECT p.name, s.PayloadBinary {From} WHERE {conditions} ORDER BY p.name LIMIT @limit",
            new { after, state = JsonSerializer.Serialize(filter.State ?? default, StateJson.Options).Trim('"'), since = StateJson.Format(filter.DormantSince ?? default), limit = size + 1 }, cancellationToken);
        return new([.. rows.Take(size).Select(row => StateJson.FindParticipant(row.Payload)).OfType<Participant>()], rows.Count > size ? PageToken.Write(arguments, rows[size - 1].Name) : "");
    }
}
