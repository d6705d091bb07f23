using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace CooperaNet.Matching.Gateway.Json;

/// <summary>Reads update masks: snake_case or camelCase, with or without the resource's own name in front.</summary>
internal static class FieldMasks
{
    /// <summary>The paths of a mask in camelCase; without a mask, the fields that are set.</summary>
    /// <param name="mask">May be null.</param>
    /// <param name="message">The resource of the update.</param>
    /// <param name="allowed">Paths that may change, camelCase.</param>
    /// <exception cref="MatchingException">Invalid, for an unknown path or an empty change.</exception>
    public static IReadOnlyCollection<string> Paths(FieldMask? mask, IMessage message, IReadOnlyCollection<string> allowed)
    {
        var asked = mask is { Paths.Count: > 0 }
            ? mask.Paths.SelectMany(path => path.Split(',')).Select(path => Camel(path.Trim())).ToHashSet()
            : [.. message.Descriptor.Fields.InDeclarationOrder().Where(field => IsSet(field, message) && allowed.Contains(field.JsonName)).Select(field => field.JsonName)];
        if (asked.Remove("*"))
        {
            asked.UnionWith(allowed);
        }

        if (asked.FirstOrDefault(path => !allowed.Contains(path)) is { } unknown)
        {
            throw MatchingException.Invalid("updateMask", $"'{ResourceId.Excerpt(unknown)}' cannot be updated; paths are {string.Join(", ", allowed)}.");
        }

        return asked.Count > 0 ? asked : throw MatchingException.Invalid("updateMask", "names no field and the resource sets none.");
    }

    /// <summary>The fields of an item that a mask names.</summary>
    public static Matching.Items.ItemFields ItemFields(FieldMask? mask, IMessage message, IReadOnlyCollection<string> allowed) =>
        Paths(mask, message, allowed).Aggregate(Matching.Items.ItemFields.None, (fields, path) => fields | System.Enum.Parse<Matching.Items.ItemFields>(path, ignoreCase: true));

    private static bool IsSet(Google.Protobuf.Reflection.FieldDescriptor field, IMessage message) => field.Accessor.GetValue(message) switch
    {
        System.Collections.ICollection list => list.Count > 0,
        string text => text.Length > 0,
        null => false,
        var value => Convert.ToInt64(value is System.Enum ? value : value is IMessage ? 1 : value, null) != 0,
    };

    private static string Camel(string path) => string.Concat(path.Split('_').Select((word, i) => i == 0 || word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
