using System.Globalization;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Trainer.Evaluation;

/// <summary>Measures a model on every task and prints tables in Markdown.</summary>
internal sealed class Evaluator(MatchingModel model, OwnTexts own, Tasks tasks, TextWriter output)
{
    private static readonly IReadOnlyList<string> Languages = LanguageDetector.Languages;
    private static readonly string[] Methods = ["model", "words", "n-grams", "BM25"];

    public void Run()
    {
        Sectors();
        OwnProjects();
        Translations("Bilingual projects: another text than the translation first, %", tasks.Bilingual);
        Translations("News of 2013: another sentence than the translation first, %", tasks.News);
        Translations("Health: another sentence than the translation first, %", tasks.Health);
        Agenda();
        Similarity();
        GoalsOfTexts();
        Calibration();
        Judgements();
        Concepts();
    }

    private static string Format(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private void Table(string title, params string[] columns)
    {
        output.WriteLine($"\n{title}\n\n| {string.Join(" | ", columns)} |\n|{string.Concat(Enumerable.Repeat("---|", columns.Length))}");
    }

    private void Row(params object[] cells) => output.WriteLine($"| {string.Join(" | ", cells.Select(cell => cell is double value ? Format(value) : cell.ToString()))} |");

    private IEnumerable<Ranker> RankersOf(IReadOnlyList<TaskText> pool) => [Rankers.Model(model, pool), Rankers.Words(pool), Rankers.Grams(pool), Rankers.Bm25(model.Analyzer, pool)];

    /// <summary>nDCG@10 of each query for the others, itself left out.</summary>
    public static double SameKind(Ranker ranker, List<TaskText> queries, Func<int, int, bool> relevant) => Enumerable.Range(0, queries.Count)
        .Select(query => (Ranked: ranker(queries[query], 11).Where(hit => hit.Position != query), Query: query, Total: Enumerable.Range(0, queries.Count).Count(other => other != query && relevant(query, other))))
        .Where(entry => entry.Total > 0).Average(entry => Measures.Ndcg10(entry.Ranked.Select(hit => relevant(entry.Query, hit.Position)), entry.Total));

    private void Sectors()
    {
        var projects = tasks.Projects;
        List<TaskText> texts = [.. projects.Select(project => project.Text)];
        Table("Real projects (CAF, Spanish), nDCG@10 of the others", ["relevant is", .. Methods]);
        var rankers = RankersOf(texts).ToList();
        Row(["same sector", .. rankers.Select(ranker => (object)SameKind(ranker, texts, (a, b) => projects[a].Sector == projects[b].Sector))]);
        Row(["a shared goal", .. rankers.Select(ranker => (object)SameKind(ranker, texts, (a, b) => projects[a].Goals.Overlaps(projects[b].Goals)))]);
    }

    private void OwnProjects()
    {
        var projects = own.Projects;
        Table("Our own projects, nDCG@10 of those of the same sector, and the translation found first", ["query-pool", .. Methods, "translation first"]);
        foreach (var (from, to) in Pairs(sameToo: true))
        {
            List<TaskText> queries = [.. projects.Select(project => Text(project, from))];
            List<TaskText> pool = [.. projects.Select(project => Text(project, to))];
            var rankers = RankersOf(pool).ToList();
            Row([Name(from, to), .. rankers.Select(ranker => (object)SameKind(ranker, queries, (a, b) => projects[a].Sector == projects[b].Sector)), First(rankers[0], queries, pool)]);
        }

        // Every text in all languages in one pool: a fair model ranks the four versions of a relevant project alike.
        var versions = projects.SelectMany((project, i) => Languages.Select((_, language) => (Project: i, Language: language))).ToList();
        var all = Rankers.Model(model, [.. versions.Select(version => Text(projects[version.Project], version.Language))]);
        Table("All four languages in one pool: mean rank (0 to 1) of relevant texts, by language of the query and of the text", ["query", .. Languages]);
        foreach (var language in Enumerable.Range(0, Languages.Count))
        {
            var ranks = new List<double>[Languages.Count];
            for (var i = 0; i < ranks.Length; i++)
            {
                ranks[i] = [];
            }

            for (var query = 0; query < projects.Count; query++)
            {
                foreach (var (hit, rank) in all(Text(projects[query], language), versions.Count).Select((hit, rank) => (versions[hit.Position], (double)rank / versions.Count)))
                {
                    if (hit.Project != query && projects[hit.Project].Sector == projects[query].Sector)
                    {
                        ranks[hit.Language].Add(rank);
                    }
                }
            }

            Row([Languages[language], .. ranks.Select(list => (object)list.Average())]);
        }
    }

    public static TaskText Text(Project project, int language) => new(Languages[language], project.Texts[language].Title, project.Texts[language].Summary);

    public static double First(Ranker ranker, List<TaskText> queries, List<TaskText> pool) =>
        queries.Select((query, i) => ranker(query, 1) is [var best, ..] && (best.Position == i || pool[best.Position] == pool[i]) ? 1.0 : 0).Average();

    private void Translations(string title, IReadOnlyList<TaskText?[]> rows)
    {
        Table(title, ["query-pool", "texts", .. Methods]);
        foreach (var (from, to) in Pairs(sameToo: false).Where(pair => rows.Any(row => row[pair.From] is not null && row[pair.To] is not null)))
        {
            var both = rows.Where(row => row[from] is not null && row[to] is not null).ToList();
            List<TaskText> queries = [.. both.Select(row => row[from]!)];
            List<TaskText> pool = [.. both.Select(row => row[to]!)];
            Row([Name(from, to), both.Count, .. RankersOf(pool).Select(ranker => (object)(100 * (1 - First(ranker, queries, pool))))]);
        }
    }

    private void Agenda()
    {
        var (indicators, targets) = tasks.Agenda;
        Table("Indicator to its target: nDCG@10, and the target found first", ["query-pool", .. Methods, "first"]);
        foreach (var (from, to) in Pairs(sameToo: true))
        {
            var queries = indicators.Where(indicator => indicator.Texts[from] is not null).ToList();
            var pool = targets.Where(target => target.Texts[to] is not null).ToList();
            if (queries.Count == 0)
            {
                continue; // there are no Portuguese indicators
            }

            var rankers = RankersOf([.. pool.Select(target => target.Texts[to]!)]).ToList();
            double Ndcg(Ranker ranker) => queries.Average(query => Measures.Ndcg10(ranker(query.Texts[from]!, 10).Select(hit => pool[hit.Position].Code == query.Code), 1));
            Row([Name(from, to), .. rankers.Select(ranker => (object)Ndcg(ranker)), queries.Average(query => rankers[0](query.Texts[from]!, 1) is [var best, ..] && pool[best.Position].Code == query.Code ? 1.0 : 0)]);
        }
    }

    private void Similarity()
    {
        var pairs = tasks.Similar;
        Table("Graded similarity (STS-B dev), Spearman's correlation of the score, first sentence in the row's language, second in the column's", ["", .. Languages]);
        for (var from = 0; from < Languages.Count; from++)
        {
            Row([Languages[from], .. Enumerable.Range(0, Languages.Count).Select(to => (object)Measures.Spearman([.. pairs.Select(pair => pair.Score)], [.. pairs.Select(pair =>
            {
                var (left, right) = (model.Encode("", pair.First[from].Summary, Languages[from]), model.Encode("", pair.Second[to].Summary, Languages[to]));
                return model.Fusion.Of(from, to).LogOdds(PairSignals.Of(model, left, right));
            })]))]);
        }
    }

    private void GoalsOfTexts()
    {
        Table("Goals of real texts", ["texts", "first goal right", "within three", "average accuracy at 0.5", "at the best common threshold", "which"]);
        foreach (var (name, texts) in ((string, IReadOnlyList<LabelledProject>)[])[("CAF projects (es)", tasks.Projects), ("IATI projects (en)", tasks.EnglishProjects), ("pages (en)", tasks.Pages)])
        {
            var tagged = texts.Where(text => text.Goals.Count > 0).Select(text => (text.Goals, Probabilities: Probabilities(text.Text))).ToList();
            double Within(int count) => tagged.Average(text => Enumerable.Range(1, 17).OrderByDescending(goal => text.Probabilities[goal - 1]).Take(count).Any(text.Goals.Contains) ? 1.0 : 0);
            var (accuracy, threshold) = Enumerable.Range(1, 99).Select(step => (Accuracy: Accuracy(tagged, step / 100.0), Threshold: step / 100.0)).MaxBy(pair => pair.Accuracy);
            Row(name, Within(1), Within(3), Accuracy(tagged, 0.5), accuracy, threshold);
        }
    }

    /// <summary>Mean over the goals that occur of the accuracy of yes and no, both sides weighing the same.</summary>
    private static double Accuracy(IReadOnlyList<(IReadOnlySet<int> Goals, float[] Probabilities)> texts, double threshold) => Enumerable.Range(1, 17)
        .Where(goal => texts.Count(text => text.Goals.Contains(goal)) >= 5 && texts.Any(text => !text.Goals.Contains(goal))).DefaultIfEmpty(1).Average(goal =>
            (texts.Where(text => text.Goals.Contains(goal)).Average(text => text.Probabilities[goal - 1] >= threshold ? 1.0 : 0)
            + texts.Where(text => !text.Goals.Contains(goal)).Average(text => text.Probabilities[goal - 1] < threshold ? 1.0 : 0)) / 2);

    private float[] Probabilities(TaskText text)
    {
        var meaning = new float[Encodings.SemanticCode.MeaningLength];
        var (_, _, concepts) = model.Read(text.Title, text.Summary, text.LanguageCode, meaning);
        return model.Tagger.Tag(meaning, concepts).Goals;
    }

    private void Calibration()
    {
        Table("Calibration over the first ten of each query, relevant is the same sector", ["texts", "expected calibration error", "Brier score", "Brier score of a constant", "mean score", "relevant"]);
        var projects = tasks.Projects;
        var bins = Calibrate("CAF es-es", [.. projects.Select(project => project.Text)], [.. projects.Select(project => project.Text)], (a, b) => projects[a].Sector == projects[b].Sector);
        foreach (var (from, to) in Pairs(sameToo: true))
        {
            Calibrate($"own {Name(from, to)}", [.. own.Projects.Select(project => Text(project, from))], [.. own.Projects.Select(project => Text(project, to))], (a, b) => own.Projects[a].Sector == own.Projects[b].Sector);
        }

        Table("Reliability on the CAF projects, ten bins of equal mass", "mean score", "relevant");
        foreach (var (score, relevant, _) in Measures.Bins(bins))
        {
            Row(score, relevant);
        }
    }

    private List<(double Score, bool Relevant)> Calibrate(string name, IReadOnlyList<TaskText> queries, IReadOnlyList<TaskText> pool, Func<int, int, bool> relevant)
    {
        var ranker = Rankers.Model(model, pool);
        var pairs = queries.SelectMany((query, i) => ranker(query, 11).Where(hit => hit.Position != i).Take(10).Select(hit => (hit.Score, relevant(i, hit.Position)))).ToList();
        var share = pairs.Average(pair => pair.Item2 ? 1.0 : 0);
        Row(name, Measures.CalibrationError(pairs), Measures.Brier(pairs), share * (1 - share), pairs.Average(pair => pair.Score), share);
        return pairs;
    }

    /// <summary>Needs that were judged by reading: what people see at the threshold.</summary>
    private void Judgements()
    {
        Table($"Judged needs at the threshold of {Format(model.Fusion.Threshold)}", "needs", "relevant first", "precision", "recall", "offers a need", "abstains though something fits", "abstains when nothing fits");
        foreach (var (set, tags) in new[] { ("judged", true), ("judged", false), ("evaluation", true), ("evaluation", false) })
        {
            var (needs, pool) = own.Judged(set);
            var offers = pool.Select(offer => (Offer: offer, Encoding: model.Encode(offer.Title, offer.Summary, offer.LanguageCode))).ToList();
            foreach (var spanish in new[] { true, false })
            {
                var answers = needs.Where(need => need.LanguageCode == "es" == spanish).Select(need => (need.Relevant, Hits: offers.Select(offer => (Reference: offer.Offer.SourceReference, Score: Score(need, offer.Offer, offer.Encoding, tags))).OrderByDescending(hit => hit.Score).ToList())).ToList();
                var shown = answers.SelectMany(answer => answer.Hits.Where(hit => hit.Score >= model.Fusion.Threshold).Select(hit => answer.Relevant.Contains(hit.Reference))).ToList();
                bool Abstains((string[] Relevant, List<(string Reference, double Score)> Hits) answer) => answer.Hits[0].Score < model.Fusion.Threshold;
                var (fitting, unfitting) = (answers.Where(answer => answer.Relevant.Length > 0).ToList(), answers.Where(answer => answer.Relevant.Length == 0).ToList());
                Row(
                    $"{set}, {(spanish ? "Spanish" : "other languages")}, {(tags ? "with" : "without")} tags", $"{fitting.Count(answer => answer.Relevant.Contains(answer.Hits[0].Reference))} of {fitting.Count}",
                    shown.Average(hit => hit ? 1.0 : 0), (double)shown.Count(hit => hit) / answers.Sum(answer => answer.Relevant.Length), (double)shown.Count / answers.Count,
                    $"{fitting.Count(Abstains)} of {fitting.Count}", $"{unfitting.Count(Abstains)} of {unfitting.Count}");
            }
        }
    }

    private double Score(JudgedNeed need, SampleItem offer, Encodings.Encoding encoding, bool tags)
    {
        var own = model.Encode(need.Title, need.Summary, need.LanguageCode);
        return model.Fusion.Of(own.Language, encoding.Language).Score(tags
            ? PairSignals.Of(model, own, encoding, OwnTexts.AreaBits(need.AreasOfFocus), OwnTexts.AreaBits(offer.AreasOfFocus), OwnTexts.GoalBits(need.Goals), OwnTexts.GoalBits(offer.Goals))
            : PairSignals.Of(model, own, encoding));
    }

    private void Concepts()
    {
        Table("Texts in which the thesaurus recognises three concepts or more", "texts", "share", "concepts a text");
        foreach (var (name, texts) in ((string, IEnumerable<TaskText>)[])[
            ("CAF projects (es)", tasks.Projects.Select(project => project.Text)), ("IATI projects (en)", tasks.EnglishProjects.Select(project => project.Text)),
            ("IATI projects (en) of twenty words or more", tasks.EnglishProjects.Select(project => project.Text).Where(text => text.Summary.Split(' ').Length >= 20)),
            .. Languages.Select((language, i) => ($"own projects ({language})", own.Projects.Select(project => Text(project, i))))])
        {
            var counts = texts.Select(text =>
            {
                var mentions = new List<Thesauri.ConceptMention>();
                var language = LanguageDetector.PositionOf(text.LanguageCode);
                model.Thesaurus.Find([.. model.Analyzer.Analyze($"{text.Title}\n{text.Summary}", text.LanguageCode).Select(token => model.Vocabulary.Find(language, token.Term).Id)], mentions);
                return mentions.Select(mention => mention.Concept).Distinct().Count();
            }).ToList();
            Row(name, counts.Average(count => count >= 3 ? 1.0 : 0), counts.Average());
        }
    }

    private static string Name(int from, int to) => $"{Languages[from]}-{Languages[to]}";

    private static IEnumerable<(int From, int To)> Pairs(bool sameToo) => Enumerable.Range(0, Languages.Count).SelectMany(from => Enumerable.Range(0, Languages.Count).Select(to => (from, to))).Where(pair => sameToo || pair.from != pair.to);
}
