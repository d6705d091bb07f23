using System.Text.Json;
using System.Text.Json.Serialization;

namespace CooperaNet.Matching.Storage;

/// <summary>Lists and records on their way into a statement as JSON, which json_each takes apart there.</summary>
internal static class SqlJson
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new StorableText() } };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>PostgreSQL has no U+0000 in texts. Items are refused with it; the report of a file that has it shows U+FFFD.</summary>
    private sealed class StorableText : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value.Replace('\0', '\uFFFD'));
    }
}
