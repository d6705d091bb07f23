using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Suggestions;

/// <summary>Sentences of explanations and abstentions in the four languages.</summary>
internal static class ExplanationText
{
    public static string Summary(string language, IReadOnlyList<string> terms, IReadOnlyList<string> areas, IReadOnlyList<int> goals, bool stale)
    {
        string In(string en, string es, string pt, string fr) => new Label(en, es, pt, fr).In(language);
        var parts = new List<string>();
        if (terms.Count > 0)
        {
            parts.Add($"{In("Both texts speak of", "Ambos textos hablan de", "Ambos os textos falam de", "Les deux textes parlent de")} {string.Join(", ", terms.Take(5))}.");
        }

        if (areas.Count + goals.Count > 0)
        {
            var names = areas.Select(area => AreasOfFocus.All[AreasOfFocus.PositionOf(area)].Value.In(language)).Concat(goals.Select(goal => $"{In("SDG", "ODS", "ODS", "ODD")} {goal} ({Goals.NameOf(goal).In(language)})"));
            parts.Add($"{In("They share", "Comparten", "Compartilham", "Ils partagent")} {string.Join(", ", names)}.");
        }

        if (parts.Count == 0)
        {
            parts.Add(In("Only parts of words agree.", "Solo coinciden partes de palabras.", "Só coincidem partes de palavras.", "Seules des parties de mots concordent."));
        }

        if (stale)
        {
            parts.Add(In("Ranked lower: not confirmed for a long time.", "Baja de posición: no se ha confirmado desde hace mucho.", "Posição mais baixa: não é confirmada há muito tempo.", "Classée plus bas : non confirmée depuis longtemps."));
        }

        return string.Join(' ', parts);
    }

    public static string Abstention(string language, string closestTitle) => new Label(
        closestTitle.Length == 0 ? "Nothing in the exchange can be compared with this text." : $"Nothing fits well enough. The closest is “{closestTitle}”, but what it shares with this text is too little to recommend it.",
        closestTitle.Length == 0 ? "Nada en el intercambio se puede comparar con este texto." : $"Nada encaja lo suficiente. Lo más cercano es «{closestTitle}», pero lo que comparte con este texto no basta para recomendarlo.",
        closestTitle.Length == 0 ? "Nada no intercâmbio pode ser comparado com este texto." : $"Nada se ajusta o suficiente. O mais próximo é “{closestTitle}”, mas o que compartilha com este texto não basta para recomendá-lo.",
        closestTitle.Length == 0 ? "Rien dans l'échange n'est comparable à ce texte." : $"Rien ne convient assez. Le plus proche est « {closestTitle} », mais ce qu'il partage avec ce texte ne suffit pas pour le recommander.").In(language);
}
