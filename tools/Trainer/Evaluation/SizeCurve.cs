using System.Globalization;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Trainer.Evaluation;

/// <summary>What quality a smaller model would have: fewer numbers a vector, or fewer words with a vector of their own.</summary>
internal sealed class SizeCurve(MatchingModel model, OwnTexts own, Tasks tasks, TextWriter output)
{
    private const int NewsSentences = 1_000;

    public void Run()
    {
        output.WriteLine("| numbers a vector | words with vectors | MB of vectors | real projects, same sector, nDCG@10 | own projects en-es, nDCG@10 | news en-es, error % of 1,000 |\n|---|---|---|---|---|---|");
        var words = model.Parts.Vectors.Has.Count(has => has);
        foreach (var (dimensions, kept) in new[] { (32, words), (64, words), (96, words), (128, words), (160, words), (192, words), (SemanticCode.MeaningLength, words), (SemanticCode.MeaningLength, 30_000), (SemanticCode.MeaningLength, 15_000), (SemanticCode.MeaningLength, 5_000) })
        {
            using var smaller = new MatchingModel(Shrink(dimensions, kept), "smaller");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {dimensions} | {kept} | {(double)dimensions * kept / (1 << 20):0.0} | {Sectors(smaller):0.000} | {OwnProjects(smaller):0.000} | {News(smaller):0.0} |"));
        }
    }

    /// <summary>The same model with the later numbers of all vectors at zero, and without the vectors of the rarest words.</summary>
    private ModelParts Shrink(int dimensions, int kept)
    {
        var (parts, vectors) = (model.Parts, model.Parts.Vectors);
        var least = Enumerable.Range(0, vectors.Has.Count).Where(term => vectors.Has[term]).Select(parts.Vocabulary.IdfOf).Order().ElementAt(kept - 1);
        return parts with
        {
            Vectors = vectors.Smaller(parts.Vocabulary, term => parts.Vocabulary.IdfOf(term) <= least, dimensions),
            Centres = [.. parts.Centres.Select(centre => centre.Select((value, d) => d < dimensions ? value : 0).ToArray())],
        };
    }

    private double Sectors(MatchingModel smaller)
    {
        var projects = tasks.Projects;
        return Evaluator.SameKind(Rankers.Model(smaller, [.. projects.Select(project => project.Text)]), [.. projects.Select(project => project.Text)], (a, b) => projects[a].Sector == projects[b].Sector);
    }

    private double OwnProjects(MatchingModel smaller) => Evaluator.SameKind(
        Rankers.Model(smaller, [.. own.Projects.Select(project => Evaluator.Text(project, 1))]), [.. own.Projects.Select(project => Evaluator.Text(project, 0))], (a, b) => own.Projects[a].Sector == own.Projects[b].Sector);

    private double News(MatchingModel smaller)
    {
        var rows = tasks.News.Take(NewsSentences).ToList();
        var (english, spanish) = (LanguageDetector.PositionOf("en"), LanguageDetector.PositionOf("es"));
        return 100 * (1 - Evaluator.First(Rankers.Model(smaller, [.. rows.Select(row => row[spanish]!)]), [.. rows.Select(row => row[english]!)], [.. rows.Select(row => row[spanish]!)]));
    }
}
