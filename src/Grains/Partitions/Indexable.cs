using System.Text.Json;
using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;

namespace CooperaNet.Matching.Partitions;

/// <summary>What the index takes of a stored item, without its texts: a million of them are read at a start.</summary>
internal readonly record struct Indexable(IndexedItem Item, Encoding Encoding, bool IsNeed)
{
    /// <summary>Null when the state cannot be read, or there is no sound encoding of it.</summary>
    public static Indexable? Find(StoredItem stored)
    {
        if (Encoding.Find(stored.Encoding) is not { } encoding)
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize<State>(stored.Payload, StateJson.Options) is not { Name: not null, Parent: not null, Country: not null, Content: { AreasOfFocus: not null, Goals: not null } } state)
            {
                return null;
            }

            var content = new ItemContent { AreasOfFocus = state.Content.AreasOfFocus, Goals = state.Content.Goals };
            return new(
                new(state.Name, string.Intern(state.Parent), string.Intern(state.Country), PartitionSearch.Areas(content), PartitionSearch.Goals(content), (int)state.Content.Maturity, state.ConfirmTime ?? state.UpdateTime, state.Content.ExpireTime),
                encoding,
                state.Type == "need");
        }
        catch (Exception error) when (error is JsonException or FormatException or ArgumentException)
        {
            return null; // whoever reads the whole item says so
        }
    }

    /// <summary>The fields of an item's state that are wanted; a golden test guards their names.</summary>
    private sealed record State(string? Name, string? Parent, string? Country, string Type, DateTimeOffset UpdateTime, DateTimeOffset? ConfirmTime, StateContent? Content);

    private sealed record StateContent(IReadOnlyList<string>? AreasOfFocus, IReadOnlyList<int>? Goals, Maturity Maturity, DateTimeOffset? ExpireTime);
}
