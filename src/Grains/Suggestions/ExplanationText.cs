using CooperaNet.Matching.Explanations;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Suggestions;

/// <summary>Sentences of explanations and abstentions in the four languages.</summary>
internal static class ExplanationText
{
    private const int MaxTerms = 5;

    public static string Summary(string language, IReadOnlyList<TermPair> terms, IReadOnlyList<string> areas, IReadOnlyList<int> goals, IReadOnlyList<int> inferredGoals, bool stale)
    {
        string In(string en, string es, string pt, string fr) => new Label(en, es, pt, fr).In(language);
        var parts = new List<string>();
        if (terms.Count > 0)
        {
            var bridges = terms.Take(MaxTerms).Select(term => term.Need.Equals(term.Offer, StringComparison.OrdinalIgnoreCase) ? term.Need : $"{term.Need} ↔ {term.Offer}");
            parts.Add($"{In("Both texts speak of", "Ambos textos hablan de", "Ambos os textos falam de", "Les deux textes parlent de")} {string.Join(", ", bridges)}.");
        }

        if (areas.Count + goals.Count > 0)
        {
            parts.Add($"{In("They share", "Comparten", "Compartilham", "Ils partagent")} {string.Join(", ", areas.Select(area => AreaName(language, area)).Concat(goals.Select(goal => GoalName(language, goal))))}.");
        }

        if (inferredGoals.Count > 0)
        {
            parts.Add($"{In("Both texts are about", "Ambos textos tratan de", "Ambos os textos tratam de", "Les deux textes portent sur")} {string.Join(", ", inferredGoals.Select(goal => GoalName(language, goal)))}.");
        }

        if (parts.Count == 0)
        {
            parts.Add(In("The texts are alike in meaning only.", "Los textos solo se parecen en su sentido.", "Os textos só se parecem no sentido.", "Les textes ne se ressemblent que par leur sens."));
        }

        if (stale)
        {
            parts.Add(In("Ranked lower: not confirmed for a long time.", "Baja de posición: no se ha confirmado desde hace mucho.", "Posição mais baixa: não é confirmada há muito tempo.", "Classée plus bas : non confirmée depuis longtemps."));
        }

        return string.Join(' ', parts);
    }

    public static string SetGoals(string language, IReadOnlyList<int> goals)
    {
        var names = string.Join(", ", goals.Select(goal => GoalName(language, goal)));
        return new Label($"Tag both items with {names}, which their texts speak of.", $"Etiquetar ambos con {names}, de los que hablan sus textos.", $"Marcar ambos com {names}, de que falam seus textos.", $"Attribuer aux deux {names}, dont parlent leurs textes.").In(language);
    }

    public static string SetAreas(string language, IReadOnlyList<string> areas)
    {
        var names = string.Join(", ", areas.Select(area => AreaName(language, area)));
        return new Label($"Tag both items with {names}, which their texts speak of.", $"Etiquetar ambos con {names}, de lo que hablan sus textos.", $"Marcar ambos com {names}, de que falam seus textos.", $"Attribuer aux deux {names}, dont parlent leurs textes.").In(language);
    }

    public static string Confirm(string language) => new Label(
        "Let its owner confirm that it still holds.", "Que su titular confirme que sigue vigente.", "Que seu titular confirme que continua válido.", "Que son titulaire confirme qu'elle est toujours valable.").In(language);

    public static string RankChange(string language, (string From, string To)? model, bool needChanged)
    {
        var parts = new List<string>();
        if (model is { } change)
        {
            parts.Add(new Label(
                $"The model changed from {change.From} to {change.To}.", $"El modelo cambió de {change.From} a {change.To}.", $"O modelo mudou de {change.From} para {change.To}.", $"Le modèle est passé de {change.From} à {change.To}.").In(language));
        }

        if (needChanged)
        {
            parts.Add(new Label("The need was edited.", "La necesidad fue modificada.", "A necessidade foi alterada.", "Le besoin a été modifié.").In(language));
        }

        return string.Join(' ', parts);
    }

    private static string AreaName(string language, string area) => AreasOfFocus.All[AreasOfFocus.PositionOf(area)].Value.In(language);

    private static string GoalName(string language, int goal) => $"{new Label("SDG", "ODS", "ODS", "ODD").In(language)} {goal} ({Goals.NameOf(goal).In(language)})";

    public static string Abstention(string language, string closestTitle) => new Label(
        closestTitle.Length == 0 ? "Nothing in the exchange can be compared with this text." : $"Nothing fits well enough. The closest is “{closestTitle}”, but what it shares with this text is too little to recommend it.",
        closestTitle.Length == 0 ? "Nada en el intercambio se puede comparar con este texto." : $"Nada encaja lo suficiente. Lo más cercano es «{closestTitle}», pero lo que comparte con este texto no basta para recomendarlo.",
        closestTitle.Length == 0 ? "Nada no intercâmbio pode ser comparado com este texto." : $"Nada se ajusta o suficiente. O mais próximo é “{closestTitle}”, mas o que compartilha com este texto não basta para recomendá-lo.",
        closestTitle.Length == 0 ? "Rien dans l'échange n'est comparable à ce texte." : $"Rien ne convient assez. Le plus proche est « {closestTitle} », mais ce qu'il partage avec ce texte ne suffit pas pour le recommander.").In(language);
}
