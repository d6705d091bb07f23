using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Index;

/// <summary>What the index knows of one published item besides its text.</summary>
/// <param name="Name">The resource name.</param>
/// <param name="Parent">The owner's resource name.</param>
/// <param name="Country">ISO 3166-1 alpha-2, upper case.</param>
/// <param name="Areas">Areas of focus as bits, by position.</param>
/// <param name="Goals">Goals as bits; bit 0 is goal 1.</param>
/// <param name="Maturity">How far an offer is, 1 to 3; 0 for a need.</param>
/// <param name="ConfirmTime">When the owner last said that it holds.</param>
/// <param name="ExpireTime">After this moment it takes no part; null for never.</param>
public sealed record IndexedItem(string Name, string Parent, string Country, int Areas, int Goals, int Maturity, DateTimeOffset ConfirmTime, DateTimeOffset? ExpireTime);

/// <summary>What answers must be like; what is empty allows all.</summary>
/// <param name="Maturities">Maturities as bits.</param>
/// <param name="Languages">Languages as bits, by position in LanguageDetector.Languages.</param>
/// <param name="Countries">ISO 3166-1 alpha-2, upper case.</param>
public sealed record IndexConstraints(int Maturities, int Languages, IReadOnlySet<string> Countries)
{
    /// <summary>Everything is allowed.</summary>
    public static IndexConstraints None { get; } = new(0, 0, new HashSet<string>());
}

/// <summary>One text asking the index for its counterparts.</summary>
/// <param name="Encoding">The text.</param>
/// <param name="Areas">Its areas of focus as bits.</param>
/// <param name="Goals">Its goals as bits.</param>
/// <param name="Constraints">What answers must be like.</param>
/// <param name="ExcludedParent">An owner whose items are never answers (its own); empty for none.</param>
/// <param name="Count">Answers wanted.</param>
/// <param name="MinScore">Answers below this are left out, but for the best one.</param>
/// <param name="Now">Items expired by now are left out.</param>
/// <param name="StaleBefore">Items confirmed before this are marked stale and rank lower.</param>
public sealed record IndexQuery(Encoding Encoding, int Areas, int Goals, IndexConstraints Constraints, string ExcludedParent, int Count, double MinScore, DateTimeOffset Now, DateTimeOffset StaleBefore);

/// <summary>One answer.</summary>
/// <param name="Name">The item's resource name.</param>
/// <param name="Country">Its country.</param>
/// <param name="Language">Its language, by its position in LanguageDetector.Languages.</param>
/// <param name="Score">0 to 1.</param>
/// <param name="Signals">The evidence that the score was made from.</param>
/// <param name="Stale">Not confirmed for long; the score already says so.</param>
public readonly record struct Hit(string Name, string Country, int Language, double Score, Signals Signals, bool Stale);
