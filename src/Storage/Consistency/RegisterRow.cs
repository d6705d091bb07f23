using System.Globalization;
using System.Text.Json;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Consistency;

/// <summary>What the register should say of an item, column by column in the table's order.</summary>
internal sealed record RegisterRow(
    string Name, string Kind, string Parent, string Country, string Type, string State, string Language, string Maturity, string Title, string? SourceReference,
    int Bucket, long Revision, string CreateTime, string UpdateTime, string? ConfirmTime, string? ExpireTime)
{
    public static RegisterRow Of(string kind, Item item) => new(
        item.Name, kind, item.Parent, item.Country, item.Type, Upper(item.State), item.Content.LanguageCode, Upper(item.Content.Maturity), item.Content.Title,
        item.Content.SourceReference.Length > 0 ? item.Content.SourceReference : null, item.Bucket, item.Revision,
        StateJson.Format(item.CreateTime), StateJson.Format(item.UpdateTime), Format(item.ConfirmTime), Format(item.Content.ExpireTime));

    /// <summary>All columns, nothing for null.</summary>
    public override string ToString() => string.Join('\u001F', Parameters().Select(parameter => parameter.Value is DBNull ? "" : Convert.ToString(parameter.Value, CultureInfo.InvariantCulture)));

    public IReadOnlyList<(string Name, object Value)> Parameters() =>
    [
        ("@name", Name), ("@kind", Kind), ("@parent", Parent), ("@country", Country), ("@type", Type), ("@state", State), ("@language", Language), ("@maturity", Maturity), ("@title", Title),
        ("@source_reference", SourceReference ?? (object)DBNull.Value), ("@bucket", Bucket), ("@revision", Revision), ("@create_time", CreateTime), ("@update_time", UpdateTime),
        ("@confirm_time", ConfirmTime ?? (object)DBNull.Value), ("@expire_time", ExpireTime ?? (object)DBNull.Value),
    ];

    private static string Upper<T>(T value) => JsonSerializer.Serialize(value, StateJson.Options).Trim('"');

    private static string? Format(DateTimeOffset? time) => time is { } known ? StateJson.Format(known) : null;
}
