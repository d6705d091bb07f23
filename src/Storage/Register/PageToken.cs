using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CooperaNet.Matching.Register;

/// <summary>A keyset page token: the sort values of the last row, bound to the other arguments of the list.</summary>
public static class PageToken
{
    /// <summary>Writes a token.</summary>
    /// <param name="arguments">Everything that must not change from page to page.</param>
    /// <param name="keys">The sort values of the last row.</param>
    public static string Write(string arguments, params string?[] keys) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes((string?[])[Fingerprint(arguments), .. keys]));

    /// <summary>Reads a token whose sort values are whole numbers, 0 or more; null for the first page.</summary>
    /// <exception cref="MatchingException">Invalid: not a token, or one of another list.</exception>
    public static long[]? ReadNumbers(string token, string arguments, int keys, long most = long.MaxValue)
    {
        if (Read(token, arguments, keys) is not { } values)
        {
            return null;
        }

        var numbers = new long[keys];
        for (var i = 0; i < keys; i++)
        {
            numbers[i] = long.TryParse(values[i], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number : throw Refusal(token);
        }

        return numbers;
    }

    /// <summary>Reads a token; null for the first page.</summary>
    /// <exception cref="MatchingException">Invalid: not a token, or one of another list.</exception>
    public static string?[]? Read(string token, string arguments, int keys)
    {
        if (token.Length == 0)
        {
            return null;
        }

        try
        {
            if (token.Length <= 4_000 && JsonSerializer.Deserialize<string?[]>(Base64Url.DecodeFromChars(token)) is { } values
                && values.Length == keys + 1 && values[0] == Fingerprint(arguments) && !values.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true))
            {
                return values[1..];
            }
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            // said below
        }

        throw Refusal(token);
    }

    private static MatchingException Refusal(string token) =>
        MatchingException.Invalid("pageToken", $"'{ResourceId.Excerpt(token)}' is not a token of this list; repeat the call that gave it with the same arguments, or leave it empty.");

    private static string Fingerprint(string arguments) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(arguments)).AsSpan(0, 8));
}
