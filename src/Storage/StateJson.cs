using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.Storage;

/// <summary>How states are written as JSON. The triggers read these names; a golden test guards them.</summary>
public static class StateJson
{
    /// <summary>Property names as declared, enums as UPPER_SNAKE_CASE, UTC times of fixed width (so that text order is time order), accents readable.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // states are never embedded in HTML
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper), new UtcTimeConverter() },
    };

    /// <summary>An item's state; null for what cannot be read as one, so that a reader of many goes on behind it.</summary>
    public static Item? FindItem(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize<Item>(payload, Options) is { Name: not null, Parent: not null, Country: not null, Content: { AreasOfFocus: not null, Goals: not null } } item ? item : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A participant's state; null for what cannot be read as one.</summary>
    public static Participant? FindParticipant(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize<Participant>(payload, Options) is { Name.Length: > 0, Country: not null, DisplayName: not null, Institution: not null, Website: not null, LanguageCodes: not null } participant ? participant : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A role as states and the history write it.</summary>
    public static string Name(CallerRole role) => JsonSerializer.Serialize(role, Options).Trim('"');

    /// <summary>A time as states and the register write it: UTC with microseconds.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Format"/> wrote.</summary>
    public static DateTimeOffset ReadTime(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            ReadTime(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));
    }
}
