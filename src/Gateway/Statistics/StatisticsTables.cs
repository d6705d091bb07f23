using System.Globalization;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Statistics;
using CooperaNet.Matching.Taxonomy;
using CooperaNet.Matching.V1;

namespace CooperaNet.Matching.Gateway.Statistics;

/// <summary>Lays counts out as the Secretariat's tables. Pure: decimal arithmetic, halves away from zero.</summary>
internal static class StatisticsTables
{
    private static readonly (string Key, Label Label)[] Types =
    [
        ("offer-member-state", new("Offer - Member States", "Oferta - Estados Miembros", "Oferta - Estados membros", "Offre - États membres")),
        ("offer-partner", new("Offer - Partners", "Oferta - Socios", "Oferta - Parceiros", "Offre - Partenaires")),
        ("need", new("Needs - Member States", "Necesidades - Estados Miembros", "Necessidades - Estados membros", "Besoins - États membres")),
    ];

    private static readonly (string Key, Label Label)[] Accounts =
    [
        ("active", new("Active", "Activa", "Ativa", "Actif")),
        ("invited", new("Invited", "Invitada", "Convidada", "Invité")),
        ("none", new("None", "Ninguna", "Nenhuma", "Aucun")),
        ("suspended", new("Suspended", "Suspendida", "Suspensa", "Suspendu")),
    ];

    public static IEnumerable<StatisticsTable> Of(IReadOnlyList<StatisticCount> counts, string language)
    {
        var dimensions = counts.GroupBy(count => count.Dimension).ToDictionary(group => group.Key, group => group.ToDictionary(count => count.Value.ToLowerInvariant(), count => count.Count));
        Dictionary<string, long> In(string dimension) => dimensions.GetValueOrDefault(dimension) ?? [];
        var items = In("type").Values.Sum();
        yield return Table("type", "items", 1, Types, In("type"), items, language);
        yield return Table("country", "items", 1, MemberStates.All.Where(state => In("country").ContainsKey(state.Key.ToLowerInvariant())).Select(state => (state.Key, state.Value)), In("country"), items, language);
        yield return Table("area", "tags", 0, AreasOfFocus.All.Select(area => (area.Key, area.Value)), In("area"), In("area").Values.Sum(), language);
        yield return Table("goal", "tags", 0, Enumerable.Range(1, Goals.Count).Select(goal => (goal.ToString(CultureInfo.InvariantCulture), Goals.NameOf(goal))), In("goal"), In("goal").Values.Sum(), language);
        yield return Table("account", "authorities", 0, Accounts, In("account"), In("account").Values.Sum(), language);
    }

    private static StatisticsTable Table(string id, string denominator, int decimals, IEnumerable<(string Key, Label Label)> keys, Dictionary<string, long> counts, long total, string language)
    {
        var table = new StatisticsTable { Id = id, Denominator = denominator, Total = (int)total };
        foreach (var (key, label) in keys)
        {
            var count = counts.GetValueOrDefault(key.ToLowerInvariant());
            table.Rows.Add(new StatisticsTable.Types.Row { Key = key, Label = label.In(language), Count = (int)count, Percent = (double)Share(count, total, decimals) });
        }

        var sum = table.Rows.Sum(row => (decimal)row.Percent);
        table.Consistent = table.Rows.Sum(row => (long)row.Count) == total;
        table.Footnote = !table.Consistent
            ? new Label("The rows don't add up to the total.", "Las filas no suman el total.", "As linhas não somam o total.", "Les lignes ne totalisent pas la somme.").In(language)
            : total > 0 && sum != 100 ? Rounded(sum).In(language) : "";
        return table;
    }

    /// <summary>A share in percent, rounded half away from zero; 0 of an empty total.</summary>
    internal static decimal Share(long count, long total, int decimals) => total == 0 ? 0 : Math.Round(100m * count / total, decimals, MidpointRounding.AwayFromZero);

    private static Label Rounded(decimal sum)
    {
        var shown = sum.ToString("0.#", CultureInfo.InvariantCulture);
        return new(
            $"Rounded shares add up to {shown} %.", $"Los porcentajes redondeados suman {shown} %.", $"As porcentagens arredondadas somam {shown} %.", $"Les pourcentages arrondis totalisent {shown} %.");
    }
}
