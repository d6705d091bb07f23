using CooperaNet.Matching.Items;
using CooperaNet.Matching.Suggestions;

namespace CooperaNet.Matching.Gateway.Suggestions;

/// <summary>Reads what answers must be like.</summary>
internal static class Constraints
{
    private const int MaxValues = 100;
    private static readonly string[] Languages = ["en", "es", "pt", "fr"];

    public static SuggestionConstraints Read(IEnumerable<string> maturities, IEnumerable<string> countries, IEnumerable<string> languages) => new(
        [.. Few(maturities, "maturities").Select(Maturity)],
        [.. Few(countries, "countries").Select(country => country is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'] ? country : throw MatchingException.Invalid("countries", $"'{ResourceId.Excerpt(country)}' is not an ISO 3166-1 alpha-2 code in upper case."))],
        [.. Few(languages, "answerLanguageCodes").Select(language => Languages.Contains(language) ? language : throw MatchingException.Invalid("answerLanguageCodes", $"'{ResourceId.Excerpt(language)}' is none of {string.Join(", ", Languages)}."))]);

    private static List<string> Few(IEnumerable<string> values, string field)
    {
        var distinct = values.Distinct().ToList();
        return distinct.Count <= MaxValues ? distinct : throw MatchingException.Invalid(field, $"{distinct.Count} values; at most {MaxValues} are allowed.");
    }

    private static Maturity Maturity(string name) => name switch
    {
        "AVAILABLE_ASSISTANCE" => Matching.Items.Maturity.AvailableAssistance,
        "IN_EXECUTION" => Matching.Items.Maturity.InExecution,
        "CONCLUDED_GOOD_PRACTICE" => Matching.Items.Maturity.ConcludedGoodPractice,
        _ => throw MatchingException.Invalid("maturities", $"'{ResourceId.Excerpt(name)}' is none of AVAILABLE_ASSISTANCE, IN_EXECUTION, CONCLUDED_GOOD_PRACTICE."),
    };
}
