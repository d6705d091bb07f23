using System.Globalization;
using CooperaNet.Matching.Languages;

namespace CooperaNet.Matching.Trainer.Evaluation;

/// <summary>A text of a real project.</summary>
internal sealed record LabelledProject(TaskText Text, string Sector, IReadOnlySet<int> Goals);

/// <summary>The texts that quality is measured on; none is learned from.</summary>
internal sealed class Tasks(string folder)
{
    /// <summary>Real projects in Spanish with sectors and goals.</summary>
    public IReadOnlyList<LabelledProject> Projects => [.. Read("projects/caf_projects_es.tsv").Select(row => new LabelledProject(new("es", row["title_es"], $"{row["description_es"]}\n{row["objectives_es"]}"), row["sector_es"], Goals(row["sdgs"])))];

    /// <summary>Real projects in English with goals.</summary>
    public IReadOnlyList<LabelledProject> EnglishProjects => [.. Read("projects/iati_other_en.tsv").Select(row => new LabelledProject(new("en", row["title"], row["description"]), "", Goals(row["sdgs"])))];

    /// <summary>English web pages and abstracts with goals.</summary>
    public IReadOnlyList<LabelledProject> Pages => [.. Read("sdg-labelled/sdg_en_pages.tsv").Select(row => new LabelledProject(new("en", "", row["text"]), "", Goals(row["sdgs"])))];

    /// <summary>Bilingual projects, each once.</summary>
    public IReadOnlyList<TaskText?[]> Bilingual => [.. Read("projects/usaid_bolivia_en_es.tsv").DistinctBy(row => row["title_en"] + row["desc_en"]).DistinctBy(row => row["title_es"] + row["desc_es"])
        .Select(row => new TaskText?[] { new("en", row["title_en"], row["desc_en"]), new("es", row["title_es"], row["desc_es"]), null, null })];

    /// <summary>Sentences of news of 2013.</summary>
    public IReadOnlyList<TaskText?[]> News => [.. Read("parallel/newstest_en_es_fr.tsv").Where(row => row["set"] == "newstest2013").Select(Sentences)];

    /// <summary>Every tenth sentence on health.</summary>
    public IReadOnlyList<TaskText?[]> Health => [.. Read("parallel/tico19_en_es_fr_pt.tsv").Where((_, number) => number % 10 == 0).Select(Sentences)];

    /// <summary>Indicators and the targets that they belong to.</summary>
    public (IReadOnlyList<(string Code, TaskText?[] Texts)> Indicators, IReadOnlyList<(string Code, TaskText?[] Texts)> Targets) Agenda
    {
        get
        {
            var rows = Read("sdg-texts/sdg_goals_targets_indicators.tsv").ToList();
            return ([.. rows.Where(row => row["kind"] == "indicator").Select(row => (string.Join('.', row["code"].Split('.').Take(2)), Sentences(row)))], [.. rows.Where(row => row["kind"] == "target").Select(row => (row["code"], Sentences(row)))]);
        }
    }

    /// <summary>Pairs of sentences with their likeness, 0 to 5, in four languages.</summary>
    public IReadOnlyList<(double Score, TaskText[] First, TaskText[] Second)> Similar => [.. Read("similarity/stsb_dev.tsv").Select(row => (double.Parse(row["score"], CultureInfo.InvariantCulture),
        LanguageDetector.Languages.Select(language => new TaskText(language, "", row[$"{language}_1"])).ToArray(), LanguageDetector.Languages.Select(language => new TaskText(language, "", row[$"{language}_2"])).ToArray()))];

    private static TaskText?[] Sentences(IReadOnlyDictionary<string, string> row) => [.. LanguageDetector.Languages.Select(language => row.GetValueOrDefault(language, "").Length > 0 ? new TaskText(language, "", row[language]) : null)];

    private static HashSet<int> Goals(string cell) => [.. cell.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(goal => int.Parse(goal, CultureInfo.InvariantCulture))];

    private IEnumerable<IReadOnlyDictionary<string, string>> Read(string file) => new Source("", file, "", true, 1, false, (_, _) => true).ReadRows(folder);
}
