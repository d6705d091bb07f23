using System.Numerics.Tensors;

namespace CooperaNet.Matching.Index;

/// <summary>What a block knows of its items besides their texts, column by column. Immutable.</summary>
internal sealed class BlockItems
{
    private const long Never = long.MaxValue;
    private readonly int[] nameStarts;
    private readonly byte[] names; // UTF-8, one behind the other
    private readonly string[] parents; // each once
    private readonly string[] countries;
    private readonly ushort[] parentOf;
    private readonly byte[] countryOf;
    private readonly byte[] maturities;
    private readonly (int Areas, int Goals)[] tagSets; // each once
    private readonly ushort[] tagSetOf;
    private readonly ulong[][] byCountry; // a bit an item
    private readonly ulong[][] byMaturity;
    private readonly long[] confirmed; // ticks, UTC
    private readonly long[] expires;

    public BlockItems(IReadOnlyList<IndexedItem> items)
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
        (countries, countryOf) = Distinct(items, item => item.Country, place => checked((byte)place));
        (tagSets, tagSetOf) = Distinct(items, item => (item.Areas, item.Goals), place => (ushort)place);
        maturities = [.. items.Select(item => (byte)item.Maturity)];
        byCountry = Bitmaps(countries.Length, ordinal => countryOf[ordinal]);
        byMaturity = Bitmaps(maturities.DefaultIfEmpty().Max() + 1, ordinal => maturities[ordinal]);
        confirmed = [.. items.Select(item => item.ConfirmTime.UtcTicks)];
        expires = [.. items.Select(item => item.ExpireTime?.UtcTicks ?? Never)];
    }

    public int Count { get; }

    public IndexedItem this[int ordinal] => new(
        NameOf(ordinal), parents[parentOf[ordinal]], CountryOf(ordinal), TagsOf(ordinal).Areas, TagsOf(ordinal).Goals, maturities[ordinal],
        new DateTimeOffset(confirmed[ordinal], TimeSpan.Zero), expires[ordinal] == Never ? null : new DateTimeOffset(expires[ordinal], TimeSpan.Zero));

    public string NameOf(int ordinal) => System.Text.Encoding.UTF8.GetString(Utf8NameOf(ordinal));

    public ReadOnlySpan<byte> Utf8NameOf(int ordinal) => names.AsSpan(nameStarts[ordinal]..nameStarts[ordinal + 1]);

    public string CountryOf(int ordinal) => countries[countryOf[ordinal]];

    public (int Areas, int Goals) TagsOf(int ordinal) => tagSets[tagSetOf[ordinal]];

    /// <summary>Each combination of tags once.</summary>
    public IReadOnlyList<(int Areas, int Goals)> TagSets => tagSets;

    /// <summary>Which combination an item has.</summary>
    public int TagSetOf(int ordinal) => tagSetOf[ordinal];

    public bool IsStale(int ordinal, DateTimeOffset staleBefore) => confirmed[ordinal] < staleBefore.UtcTicks;

    public bool IsExpired(int ordinal, DateTimeOffset now) => expires[ordinal] <= now.UtcTicks;

    public bool IsOf(int ordinal, string parent) => parents[parentOf[ordinal]] == parent;

    /// <summary>Clears the bits of items whose country or maturity a query doesn't allow.</summary>
    /// <param name="constraints">Its constraints; languages are the block's.</param>
    /// <param name="allowed">A bit an item.</param>
    public void Filter(IndexConstraints constraints, Span<ulong> allowed)
    {
        if (constraints.Countries.Count > 0)
        {
            Intersect(allowed, byCountry.Where((_, country) => constraints.Countries.Contains(countries[country])));
        }

        if (constraints.Maturities != 0)
        {
            Intersect(allowed, byMaturity.Where((_, maturity) => (constraints.Maturities & (1 << maturity)) != 0));
        }
    }

    private static void Intersect(Span<ulong> allowed, IEnumerable<ulong[]> bitmaps)
    {
        var wanted = new ulong[allowed.Length];
        foreach (var bitmap in bitmaps)
        {
            TensorPrimitives.BitwiseOr(wanted, bitmap, wanted);
        }

        TensorPrimitives.BitwiseAnd(allowed, wanted, allowed);
    }

    private ulong[][] Bitmaps(int count, Func<int, int> valueOf)
    {
        ulong[][] bitmaps = [.. Enumerable.Range(0, count).Select(_ => new ulong[(Count + 63) / 64])];
        for (var ordinal = 0; ordinal < Count; ordinal++)
        {
            bitmaps[valueOf(ordinal)][ordinal / 64] |= 1ul << (ordinal % 64);
        }

        return bitmaps;
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
