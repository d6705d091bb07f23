using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Audit;

/// <summary>A row of the history, as seals cover it.</summary>
internal sealed class HistoryRow
{
    /// <summary>The columns, and those of the person, of rows aliased h and p.</summary>
    public static string Select(Dialect sql) =>
        $"""
        SELECT {sql.Tx} AS Tx, h.seq AS Seq, h.item AS Item, h.name AS Name, h.parent AS Parent, h.kind AS Kind, h.bucket AS Bucket, h.revision AS Revision, h.state AS State, h.at AS At, h.why AS Why,
               h.request AS Request, h.role AS Role, h.on_behalf_of AS OnBehalfOf, h.instruction AS Instruction, h.application AS Application, h.content AS Content,
               p.salt AS Salt, p.who AS Who, p.digest AS Digest
        FROM history h LEFT JOIN (SELECT seq AS event, salt, who, digest FROM history_person) p ON p.event = h.seq
        """;

    /// <summary>Not sealed: a database that moves to another server gets other transactions, in the same order.</summary>
    public long Tx { get; init; }

    public long Seq { get; init; }

    public long Item { get; init; }

    public string Name { get; init; } = "";

    public string Parent { get; init; } = "";

    public string Kind { get; init; } = "";

    public long Bucket { get; init; }

    public long Revision { get; init; }

    public string State { get; init; } = "";

    public string At { get; init; } = "";

    public string Why { get; init; } = "";

    public string Request { get; init; } = "";

    public string Role { get; init; } = "";

    public string OnBehalfOf { get; init; } = "";

    public string Instruction { get; init; } = "";

    public string Application { get; init; } = "";

    public string? Content { get; init; }

    public byte[]? Salt { get; init; }

    public string? Who { get; init; }

    /// <summary>Set when who was erased.</summary>
    public byte[]? Digest { get; init; }

    /// <summary>What stands for a person in a seal: without the salt nobody can try names.</summary>
    public static byte[] PersonDigest(byte[] salt, string who) => HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(who));

    /// <summary>SHA-256 over the seal before and the rows, in order.</summary>
    public static byte[] Seal(byte[] before, IReadOnlyList<HistoryRow> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        foreach (var row in rows)
        {
            hash.AppendData(row.ToBytes());
        }

        return hash.GetHashAndReset();
    }

    /// <summary>All columns as one JSON array: what separates them can't be forged by their values.</summary>
    private byte[] ToBytes()
    {
        var person = Digest ?? (Salt is null || Who is null ? [] : PersonDigest(Salt, Who));
        return JsonSerializer.SerializeToUtf8Bytes((object?[])[Seq, Item, Name, Parent, Kind, Bucket, Revision, State, At, Why, Request, Role, OnBehalfOf, Instruction, Application, Content, Convert.ToHexStringLower(person)]);
    }
}

/// <summary>A seal over a run of rows.</summary>
internal sealed record HistorySeal(long Id, long FirstSeq, long LastTx, long LastSeq, long RowCount, byte[] Digest)
{
    public const string Select = "SELECT id AS Id, first_seq AS FirstSeq, last_tx AS LastTx, last_seq AS LastSeq, row_count AS RowCount, digest AS Digest FROM history_seal";

    /// <summary>The last row's place.</summary>
    public Position Last => new(LastTx, LastSeq);
}
