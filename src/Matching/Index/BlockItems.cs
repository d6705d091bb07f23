namespace CooperaNet.Matching.Index;

/// <summary>What a block knows of its items besides their texts, column by column; they lie in the order of their groups. Immutable.</summary>
internal sealed class BlockItems
{
    private const long Never = long.MaxValue;
    private readonly int[] nameStarts;
    private readonly byte[] names; // UTF-8, one behind the other
    private readonly string[] parents; // each once
    private readonly ushort[] parentOf;
    private readonly (int Areas, int Goals)[] tagSets; // each once
    private readonly ushort[] tagSetOf;
    private readonly (ItemGroup Group, int Start)[] groups;
    private readonly long[] confirmed; // ticks, UTC
    private readonly long[] expires;
    private ushort[]? byName;

    /// <summary>Lays items out.</summary>
    /// <param name="items">In the order of their groups.</param>
    /// <param name="languages">The language of each, by position in LanguageDetector.Languages.</param>
    public BlockItems(IReadOnlyList<IndexedItem> items, IReadOnlyList<int> languages)
    {
        Count = items.Count;
        var encoded = items.Select(item => System.Text.Encoding.UTF8.GetBytes(item.Name)).ToList();
        nameStarts = new int[Count + 1];
        for (var i = 0; i < Count; i++)
        {
            nameStarts[i + 1] = nameStarts[i] + encoded[i].Length;
        }

        names = [.. encoded.SelectMany(name => name)];
        (parents, parentOf) = Distinct(items, item => item.Parent, place => (ushort)place);
        (tagSets, tagSetOf) = Distinct(items, item => (item.Areas, item.Goals), place => (ushort)place);
        groups = Groups(items, languages);
        Languages = [.. Groups().GroupBy(group => group.Group.Language).Select(language => (language.Key, language.First().Start, language.Last().End))];
        confirmed = [.. items.Select(item => item.ConfirmTime.UtcTicks)];
        expires = [.. items.Select(item => item.ExpireTime?.UtcTicks ?? Never)];
    }

    public int Count { get; }

    public IndexedItem this[int ordinal] => new(
        NameOf(ordinal), parents[parentOf[ordinal]], CountryOf(ordinal), TagsOf(ordinal).Areas, TagsOf(ordinal).Goals, GroupOf(ordinal).Maturity,
        new DateTimeOffset(confirmed[ordinal], TimeSpan.Zero), expires[ordinal] == Never ? null : new DateTimeOffset(expires[ordinal], TimeSpan.Zero));

    public string NameOf(int ordinal) => System.Text.Encoding.UTF8.GetString(Utf8NameOf(ordinal));

    public ReadOnlySpan<byte> Utf8NameOf(int ordinal) => names.AsSpan(nameStarts[ordinal]..nameStarts[ordinal + 1]);

    /// <summary>The ordinals in the order of their names' bytes; sorted when first asked for.</summary>
    public ReadOnlySpan<ushort> ByName => byName ??= SortByName();

    /// <summary>The place in <see cref="ByName"/> of the first name behind one.</summary>
    public int FirstAfter(ReadOnlySpan<byte> name)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Utf8NameOf(ByName[middle]).SequenceCompareTo(name) <= 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    public string CountryOf(int ordinal) => GroupOf(ordinal).Country;

    public int LanguageOf(int ordinal) => GroupOf(ordinal).Language;

    /// <summary>The languages, by position, and the ordinals of their items.</summary>
    public IReadOnlyList<(int Language, int Start, int End)> Languages { get; }

    /// <summary>The groups, and the ordinals of their items.</summary>
    public IEnumerable<(ItemGroup Group, int Start, int End)> Groups() => groups.Select((group, i) => (group.Group, group.Start, i + 1 < groups.Length ? groups[i + 1].Start : Count));

    public (int Areas, int Goals) TagsOf(int ordinal) => tagSets[tagSetOf[ordinal]];

    /// <summary>Each combination of tags once.</summary>
    public IReadOnlyList<(int Areas, int Goals)> TagSets => tagSets;

    /// <summary>Which combination an item has.</summary>
    public int TagSetOf(int ordinal) => tagSetOf[ordinal];

    public bool IsStale(int ordinal, DateTimeOffset staleBefore) => confirmed[ordinal] < staleBefore.UtcTicks;

    public bool IsExpired(int ordinal, DateTimeOffset now) => expires[ordinal] <= now.UtcTicks;

    public bool IsOf(int ordinal, string parent) => parents[parentOf[ordinal]] == parent;

    private ushort[] SortByName()
    {
        ushort[] order = [.. Enumerable.Range(0, Count).Select(ordinal => (ushort)ordinal)];
        Array.Sort(order, (x, y) => Utf8NameOf(x).SequenceCompareTo(Utf8NameOf(y)));
        return order;
    }

    private ItemGroup GroupOf(int ordinal)
    {
        var (low, high) = (0, groups.Length); // the last group that starts at the ordinal or before
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = groups[middle].Start <= ordinal ? (middle, high) : (low, middle);
        }

        return groups[low].Group;
    }

    private static (ItemGroup Group, int Start)[] Groups(IReadOnlyList<IndexedItem> items, IReadOnlyList<int> languages)
    {
        var groups = new List<(ItemGroup Group, int Start)>();
        for (var ordinal = 0; ordinal < items.Count; ordinal++)
        {
            var group = new ItemGroup(items[ordinal], languages[ordinal]);
            if (groups.Count == 0 || group != groups[^1].Group)
            {
                groups.Add((group, ordinal));
            }
        }

        return [.. groups];
    }

    private static (TValue[] Values, TPlace[] Places) Distinct<TValue, TPlace>(IReadOnlyList<IndexedItem> items, Func<IndexedItem, TValue> value, Func<int, TPlace> narrow)
        where TValue : notnull
    {
        var places = new Dictionary<TValue, int>();
        TPlace[] of = [.. items.Select(item =>
        {
            if (!places.TryGetValue(value(item), out var place))
            {
                places[value(item)] = place = places.Count;
            }

            return narrow(place);
        })];
        return ([.. places.Keys], of);
    }
}
