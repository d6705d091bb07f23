namespace CooperaNet.Matching.Taxonomy;

/// <summary>One name in the four working languages of the OAS.</summary>
/// <param name="En">English.</param>
/// <param name="Es">Spanish.</param>
/// <param name="Pt">Portuguese.</param>
/// <param name="Fr">French.</param>
public readonly record struct Label(string En, string Es, string Pt, string Fr)
{
    /// <summary>The languages that labels exist in.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "es", "pt", "fr"];

    /// <summary>The one of the four that a BCP-47 tag asks for; English when it asks for none of them.</summary>
    public static string LanguageOf(string languageCode)
    {
        var code = languageCode.AsSpan();
        var primary = code.IndexOf('-') is >= 0 and var end ? code[..end] : code;
        foreach (var language in Languages)
        {
            if (primary.Equals(language, StringComparison.OrdinalIgnoreCase))
            {
                return language;
            }
        }

        return "en";
    }

    /// <summary>The name in a BCP-47 language; English when it is none of the four.</summary>
    public string In(string languageCode) => LanguageOf(languageCode) switch { "es" => Es, "pt" => Pt, "fr" => Fr, _ => En };
}
