namespace CooperaNet.Matching.Index;

/// <summary>What items of a block that lie beside each other have in common: all that a query may constrain, so that a filter is a few ranges.</summary>
/// <param name="Language">By position in LanguageDetector.Languages.</param>
/// <param name="Country">ISO 3166-1 alpha-2, upper case.</param>
/// <param name="Maturity">See <see cref="IndexedItem"/>.</param>
internal readonly record struct ItemGroup(int Language, string Country, int Maturity) : IComparable<ItemGroup>
{
    public ItemGroup(IndexedItem item, int language)
        : this(language, item.Country, item.Maturity)
    {
    }

    /// <summary>Whether a query allows the group's items.</summary>
    public bool Fits(IndexConstraints constraints) =>
        (constraints.Languages == 0 || (constraints.Languages & (1 << Language)) != 0)
        && (constraints.Maturities == 0 || (constraints.Maturities & (1 << Maturity)) != 0)
        && (constraints.Countries.Count == 0 || constraints.Countries.Contains(Country));

    /// <summary>The order of groups in a block: by language first, as items are scored by pairs of languages.</summary>
    public int CompareTo(ItemGroup other) => Language != other.Language ? Language.CompareTo(other.Language)
        : Country != other.Country ? string.CompareOrdinal(Country, other.Country)
        : Maturity.CompareTo(other.Maturity);
}
