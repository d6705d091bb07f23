using System.Globalization;

namespace CooperaNet.Matching.Trainer;

/// <summary>A text in up to four languages, in the order of LanguageDetector.Languages; empty where there is none.</summary>
/// <param name="Texts">One each; of a dictionary's row the alternatives, separated by '|'.</param>
internal sealed record ParallelText(string[] Texts);

/// <summary>A public collection of texts that the model may be learned from.</summary>
/// <param name="Name">How the command line names it.</param>
/// <param name="File">Its file below the folder of sources; tab-separated, with a header.</param>
/// <param name="Origin">Where it comes from, and its licence as stated there.</param>
/// <param name="Strict">Whether the licence is stated and allows what we do beyond doubt.</param>
/// <param name="Weight">What a row counts.</param>
/// <param name="IsDictionary">Whether a row is one word with alternatives.</param>
/// <param name="IsKept">Which rows are learned from, by number from 0 and cells; the others measure.</param>
internal sealed record Source(string Name, string File, string Origin, bool Strict, float Weight, bool IsDictionary, Func<int, IReadOnlyDictionary<string, string>, bool> IsKept)
{
    private static readonly string[] Languages = ["en", "es", "pt", "fr"];

    /// <summary>The collections of texts in several languages.</summary>
    public static IReadOnlyList<Source> Parallel { get; } =
    [
        new("sdg-texts", "sdg-texts/sdg_goals_targets_indicators.tsv", "Goals and targets of the 2030 Agenda: open-sdg/sdg-translations (MIT); Portuguese from a module of the Brazilian government", true, 1, false, (_, row) => row["kind"] != "indicator"),
        new("un-lod", "sdg-texts/un_lod_sdg_taxonomy.tsv", "Labels of the UN's SDG ontology: UNStats, LOD4Stats (free with citation)", true, 1, false, (_, row) => row["es"].Length > 0),
        new("tico19", "parallel/tico19_en_es_fr_pt.tsv", "TICO-19, sentences on health translated by people (CC0)", true, 1, false, (number, _) => number % 10 != 0),
        new("newstest", "parallel/newstest_en_es_fr.tsv", "WMT shared tasks, news of 2008 to 2011 translated by people (for research; no licence file)", false, 1, false, (_, row) => row["set"] != "newstest2013"),
        .. ((string[])["en_es", "en_fr", "en_pt", "fr_es", "fr_pt", "pt_es"]).Select(pair => new Source($"tatoeba-{pair.Replace('_', '-')}", $"parallel/tatoeba_{pair}.tsv", "Tatoeba sentence pairs (CC BY 2.0 FR)", true, 0.3f, false, (_, _) => true)),
        new("omw", "lexicon/omw_en_es_fr_pt.tsv", "Open Multilingual Wordnet: WordNet 3.0 (WordNet licence), WOLF (CeCILL-C), OpenWN-PT (CC BY-SA), Wiktionary (CC BY-SA)", true, 0.5f, true, (_, _) => true),
        new("eurovoc", "lexicon/eurovoc_en_fr.tsv", "EuroVoc concepts (reuse policy of the EU)", true, 0.5f, true, (_, _) => true),
    ];

    /// <summary>Paragraphs of one labelled goal each.</summary>
    public static Source Labelled { get; } = new("osdg-es", "sdg-labelled/osdg_es.tsv", "OSDG Community Dataset (CC BY 4.0), machine-translated to Spanish (the translation's licence is not stated)", false, 1, false, (_, _) => true);

    /// <summary>The rows that are learned from.</summary>
    public IEnumerable<ParallelText> Read(string folder) => ReadRows(folder).Where((row, number) => IsKept(number, row))
        .Select(row => new ParallelText([.. Languages.Select(language => string.Join(" | ", new[] { row.GetValueOrDefault(language, ""), row.GetValueOrDefault($"alt_{language}", "") }.Where(text => text.Length > 0)))]))
        .Where(text => text.Texts.Any(part => part.Length > 0));

    /// <summary>All rows, by column name.</summary>
    public IEnumerable<IReadOnlyDictionary<string, string>> ReadRows(string folder) => ReadCells(folder).Select(row => row.TryGetValue("id", out var id) && IsShifted(id) ? new Dictionary<string, string>(row) { ["fr"] = "" } : row);

    /// <summary>In a stretch of TICO-19 the French column holds other sentences than the row's.</summary>
    private static bool IsShifted(string id) => id.StartsWith("PubMed_8:", StringComparison.Ordinal) && int.Parse(id[9..], CultureInfo.InvariantCulture) is >= 462 and <= 735;

    private IEnumerable<IReadOnlyDictionary<string, string>> ReadCells(string folder)
    {
        using var reader = new StreamReader(Path.Combine(folder, File));
        var header = reader.ReadLine()!.Split('\t');
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split('\t');
            yield return header.Select((name, i) => (name, i < cells.Length ? cells[i].Trim() : "")).ToDictionary();
        }
    }
}
