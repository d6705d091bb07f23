using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Models;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Store;
using Version = Lucene.Net.Util.LuceneVersion;

namespace CooperaNet.Matching.Trainer.Evaluation;

/// <summary>A text of a task.</summary>
internal sealed record TaskText(string LanguageCode, string Title, string Summary)
{
    public string All => $"{Title}\n{Title}\n{Summary}";
}

/// <summary>Ranks a pool of texts for a query: positions and scores, best first, at most so many.</summary>
internal delegate IReadOnlyList<(int Position, double Score)> Ranker(TaskText query, int count);

/// <summary>The model and what it is measured against, each over a pool.</summary>
internal static class Rankers
{
    /// <summary>The model, through the index that serves it.</summary>
    public static Ranker Model(MatchingModel model, IReadOnlyList<TaskText> pool)
    {
        var index = new PartitionIndex();
        index.Apply([.. pool.Select((text, i) => (new IndexedItem($"{i:000000}", "", "", 0, 0, 1, default, null), model.Encode(text.Title, text.Summary, text.LanguageCode)))], []);
        return (query, count) => [.. index.Snapshot.Search(new IndexQuery(model.Encode(query.Title, query.Summary, query.LanguageCode), 0, 0, IndexConstraints.None, "none", count, 0, default, default), model)
            .Select(hit => (int.Parse(hit.Name, System.Globalization.CultureInfo.InvariantCulture), hit.Score))];
    }

    /// <summary>Cosines of words as they are written.</summary>
    public static Ranker Words(IReadOnlyList<TaskText> pool) => Cosines(pool, text => Folded(text).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Cosines of character n-grams of 3 to 5 within words.</summary>
    public static Ranker Grams(IReadOnlyList<TaskText> pool) => Cosines(pool, text => Folded(text).Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(word => Enumerable.Range(3, 3).SelectMany(length => Enumerable.Range(0, Math.Max(0, word.Length + 3 - length)).Select(start => $"_{word}_".Substring(start, length)))));

    /// <summary>Lucene.NET's BM25 over stems.</summary>
    public static Ranker Bm25(TextAnalyzer analyzer, IReadOnlyList<TaskText> pool)
    {
        var directory = new RAMDirectory();
        using (var writer = new IndexWriter(directory, new IndexWriterConfig(Version.LUCENE_48, new WhitespaceAnalyzer(Version.LUCENE_48))))
        {
            foreach (var text in pool)
            {
                writer.AddDocument([new TextField("stems", Stems(analyzer, text), Field.Store.NO)]);
            }
        }

        var searcher = new IndexSearcher(DirectoryReader.Open(directory)) { Similarity = new BM25Similarity() };
        return (query, count) =>
        {
            var terms = new BooleanQuery();
            foreach (var stem in Stems(analyzer, query).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().Take(1_000))
            {
                terms.Add(new TermQuery(new Term("stems", stem)), Occur.SHOULD);
            }

            return [.. searcher.Search(terms, count).ScoreDocs.Select(hit => (hit.Doc, (double)hit.Score))];
        };
    }

    private static string Stems(TextAnalyzer analyzer, TaskText text) => string.Join(' ', analyzer.Analyze(text.All, text.LanguageCode).Select(token => token.Term));

    private static string Folded(TaskText text) => Taxonomy.Folded.Of(text.All);

    private static Ranker Cosines(IReadOnlyList<TaskText> pool, Func<TaskText, IEnumerable<string>> features)
    {
        var counts = pool.Select(text => features(text).CountBy(feature => feature).ToDictionary()).ToList();
        var documents = counts.SelectMany(count => count.Keys).CountBy(feature => feature).ToDictionary();
        double Idf(string feature) => Math.Log((pool.Count + 1.0) / (documents.GetValueOrDefault(feature) + 0.5));
        Dictionary<string, double> Unit(IReadOnlyDictionary<string, int> count)
        {
            var weights = count.ToDictionary(pair => pair.Key, pair => (1 + Math.Log(pair.Value)) * Idf(pair.Key));
            var norm = Math.Sqrt(weights.Values.Sum(weight => weight * weight));
            return weights.ToDictionary(pair => pair.Key, pair => pair.Value / norm);
        }

        var postings = counts.SelectMany((count, i) => Unit(count).Select(pair => (pair.Key, i, pair.Value))).ToLookup(entry => entry.Key, entry => (entry.i, entry.Value));
        return (query, count) =>
        {
            var scores = new double[pool.Count];
            foreach (var (feature, weight) in Unit(features(query).CountBy(feature => feature).ToDictionary()))
            {
                foreach (var (position, value) in postings[feature])
                {
                    scores[position] += weight * value;
                }
            }

            return [.. scores.Select((score, position) => (position, score)).OrderByDescending(pair => pair.score).ThenBy(pair => pair.position).Take(count)];
        };
    }
}
