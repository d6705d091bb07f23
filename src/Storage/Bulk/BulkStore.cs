using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Storage;
using Dapper;

namespace CooperaNet.Matching.Bulk;

/// <summary>Writes many new items into a resting exchange: states, and by their triggers register, history and figures; encodings and fingerprints.</summary>
public sealed class BulkStore(ExchangeDatabase database)
{
    /// <summary>Names and countries of those that may own items.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadParticipantsAsync(CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<(string Name, string Country)>(new("SELECT name, country FROM participant", cancellationToken: cancellationToken))).ToDictionary(row => row.Name, row => row.Country);
    }

    /// <summary>Which of these items have a state already, deleted ones too.</summary>
    public async Task<IReadOnlySet<string>> FindExistingAsync(IReadOnlyCollection<BulkItem> items, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return (await read.QueryAsync<string>(new(
            "SELECT GrainIdExtensionString FROM OrleansStorage WHERE GrainIdHash IN (SELECT CAST(atom AS INTEGER) FROM json_each(@hashes)) AND GrainTypeString IN ('offer', 'need')",
            new { hashes = SqlJson.Of(items.Select(item => (long)item.NameHash)) }, cancellationToken: cancellationToken))).ToHashSet();
    }

    /// <summary>A grain's state as JSON, by the state's name; null when there is none. For grains of which there is one.</summary>
    public async Task<byte[]?> FindStateAsync(string stateName, CancellationToken cancellationToken)
    {
        await using var read = await database.OpenReadAsync(cancellationToken);
        return await read.QueryFirstOrDefaultAsync<byte[]>(new("SELECT PayloadBinary FROM OrleansStorage WHERE GrainTypeString = @stateName", new { stateName }, cancellationToken: cancellationToken));
    }

    /// <summary>Writes new items, all or none.</summary>
    public Task WriteAsync(string model, IReadOnlyList<BulkItem> items, CancellationToken cancellationToken) => database.WriteBulkAsync(model, items, cancellationToken);

    /// <summary>Says that the followers need not read what was loaded, and drops the kept suggestions, which don't know of it: they are computed anew at the next start.</summary>
    public async Task FinishAsync(string model, CancellationToken cancellationToken)
    {
        var sql = database.Sql;
        var last = (await database.ReadAsync<(long Tx, long Seq)>($"SELECT {sql.Tx}, seq FROM history ORDER BY {sql.Newest} LIMIT 1", null, cancellationToken)).Select(row => new Position(row.Tx, row.Seq)).SingleOrDefault();
        await database.WriteAsync(
            "UPDATE follower SET tx = @tx, seq = @seq, model = @model; DELETE FROM OrleansStorage WHERE GrainTypeString = 'suggestions'", cancellationToken, ("@tx", last.Tx), ("@seq", last.Seq), ("@model", model));
    }
}
