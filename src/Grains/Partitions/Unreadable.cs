using System.Text.Json;

namespace CooperaNet.Matching.Partitions;

/// <summary>Tells a stored state that cannot be read, which no repetition mends, from what passes.</summary>
internal static class Unreadable
{
    public static bool IsCauseOf(Exception error) => error is JsonException or FormatException || (error.InnerException is { } cause && IsCauseOf(cause));
}
