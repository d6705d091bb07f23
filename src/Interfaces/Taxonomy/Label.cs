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

    /// <summary>The name in a BCP-47 language; English when it is none of the four.</summary>
    public string In(string languageCode) => languageCode.Split('-')[0].ToLowerInvariant() switch { "es" => Es, "pt" => Pt, "fr" => Fr, _ => En };
}
