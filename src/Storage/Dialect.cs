using System.Data;
using CooperaNet.Matching.Register;

namespace CooperaNet.Matching.Storage;

/// <summary>
/// The few places in which the two databases differ in SQL; every other text is the same for both, also because the first script
/// for PostgreSQL defines what SQLite has and it has not: json_each(text), json_patch, unhex, holds.
/// </summary>
internal sealed record Dialect
{
    public static Dialect Sqlite { get; } = new()
    {
        Tx = "0",
        Place = "seq",
        Newest = "seq DESC",
        Snapshot = IsolationLevel.Serializable,
        At = "@seq",
        Settled = "TRUE",
        Like = (column, pattern) => $"{column} LIKE {pattern}",
        IndexedBy = index => $"INDEXED BY {index}",
        Words = text => text,
        StateText = (part, field) => $"CASE WHEN json_valid(CAST(PayloadBinary AS TEXT)) THEN CAST(PayloadBinary AS TEXT) ->> '$.{part}.{field}' END",
        WithoutStateText = (part, field) => $"CAST(json_set(CAST(PayloadBinary AS TEXT), '$.{part}.{field}', '') AS BLOB)",
    };

    public static Dialect PostgreSql { get; } = new()
    {
        Tx = "tx",
        Place = "tx, seq",
        Newest = "tx DESC, seq DESC",
        Snapshot = IsolationLevel.RepeatableRead,
        At = "@tx, @seq",
        Settled = "tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
        Like = (column, pattern) => $"{column} ILIKE {pattern} ESCAPE ''",
        IndexedBy = _ => "",
        Words = FreeText.Pattern,
        StateText = (part, field) => $"readable(PayloadBinary) #>> '{{{part},{field}}}'",
        WithoutStateText = (part, field) => $"convert_to(jsonb_set(convert_from(PayloadBinary, 'UTF8')::jsonb, '{{{part},{field}}}', '\"\"')::text, 'UTF8')",
    };

    /// <summary>The transaction that wrote a row of history or of the statistic deltas.</summary>
    public required string Tx { get; init; }

    /// <summary>The columns that order such rows so that a reader who remembers the last one misses none: see <see cref="Changes.Position"/>.</summary>
    public required string Place { get; init; }

    /// <summary>The isolation under which several queries see one moment.</summary>
    public required IsolationLevel Snapshot { get; init; }

    /// <summary>The same order backwards, for ORDER BY.</summary>
    public required string Newest { get; init; }

    /// <summary>A text in the state of OrleansStorage, by part and field.</summary>
    public required Func<string, string, string> StateText { get; init; }

    /// <summary>The state with this text made empty.</summary>
    public required Func<string, string, string> WithoutStateText { get; init; }

    /// <summary>The parameters for these columns.</summary>
    public required string At { get; init; }

    /// <summary>True of a row before which no other can appear any more: all transactions up to its own have ended.</summary>
    public required string Settled { get; init; }

    /// <summary>Compares with a pattern, the case of A to Z ignored, no escapes.</summary>
    public required Func<string, string, string> Like { get; init; }

    /// <summary>Names the index to take, where the planner has to be told.</summary>
    public required Func<string, string> IndexedBy { get; init; }

    /// <summary>What holds(payload, …) takes for free text.</summary>
    public required Func<string, string> Words { get; init; }
}
