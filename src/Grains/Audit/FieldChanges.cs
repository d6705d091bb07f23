using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CooperaNet.Matching.Audit;

/// <summary>What a change changed, field by field.</summary>
internal static class FieldChanges
{
    private const int MaxValue = 1_000;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyList<FieldChange> Of(AuditRow row) =>
        [.. State(row), .. row.Content is { } content && (row.ContentBefore is not null || row.Revision == 1) ? Content(row.ContentBefore, content) : []];

    private static IEnumerable<FieldChange> State(AuditRow row) => row.State == row.StateBefore ? [] : [new("state", row.StateBefore ?? "", row.State)];

    private static IEnumerable<FieldChange> Content(string? before, string after)
    {
        var (left, right) = (before is null ? [] : JsonNode.Parse(before)!.AsObject(), JsonNode.Parse(after)!.AsObject());
        return right.Select(field => new FieldChange($"{char.ToLowerInvariant(field.Key[0])}{field.Key[1..]}", Text(left[field.Key]), Text(field.Value))).Where(change => change.Before != change.After);
    }

    /// <summary>Empty lists and texts and what is not there look alike: nothing.</summary>
    private static string Text(JsonNode? value)
    {
        var text = value switch
        {
            null or JsonArray { Count: 0 } => "",
            JsonValue single when single.TryGetValue<string>(out var words) => words,
            _ => value.ToJsonString(Readable),
        };
        return text.Length <= MaxValue ? text : text[..(MaxValue - 1)] + "…";
    }
}
