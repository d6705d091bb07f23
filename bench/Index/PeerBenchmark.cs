using System.Diagnostics;
using System.Globalization;
using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Models;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Store;
using Microsoft.Data.Sqlite;
using Version = Lucene.Net.Util.LuceneVersion;

namespace CooperaNet.Matching.Benchmarks.Index;

/// <summary>Other engines over the same offers: the ten best by BM25, with PostgreSQL by cover density, for Spanish texts, all words counted.</summary>
internal static class PeerBenchmark
{
    private const int Queries = 30;

    public static void Run(int size, MatchingModel model, RecombinedTexts texts)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("peers").FullName;
        var random = new Random(7);
        using var directory = FSDirectory.Open(Path.Combine(folder, "lucene"));
        using var sqlite = new SqliteConnection($"Data Source={Path.Combine(folder, "fts.db")};Pooling=False");
        sqlite.Open();
        Execute(sqlite, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE VIRTUAL TABLE text USING fts5(stems, content=''); BEGIN;");
        using (var insert = sqlite.CreateCommand())
        using (var writer = new IndexWriter(directory, new IndexWriterConfig(Version.LUCENE_48, new WhitespaceAnalyzer(Version.LUCENE_48)) { RAMBufferSizeMB = 256 }))
        {
            insert.CommandText = "INSERT INTO text(rowid, stems) VALUES (@id, @stems)";
            for (var i = 0; i < size; i++)
            {
                var stems = Stems(model.Analyzer, texts.Offer(random));
                writer.AddDocument([new TextField("stems", stems, Field.Store.NO)]);
                insert.Parameters.Clear();
                insert.Parameters.AddWithValue("@id", i);
                insert.Parameters.AddWithValue("@stems", stems);
                insert.ExecuteNonQuery();
            }
        }

        Execute(sqlite, "COMMIT");
        using var postgreSql = StartPostgreSql(size, model, texts);
        random = new Random(12);
        var queries = Enumerable.Range(0, Queries).Select(_ => Stems(model.Analyzer, texts.Offer(random)).Split(' ').Distinct().ToList()).ToList();
        using var reader = DirectoryReader.Open(directory);
        var searcher = new IndexSearcher(reader) { Similarity = new BM25Similarity() };
        var lucene = Median(queries, stems =>
        {
            var query = new BooleanQuery();
            stems.ForEach(stem => query.Add(new TermQuery(new Term("stems", stem)), Occur.SHOULD));
            searcher.Search(query, 10);
        });
        var fts = Median([.. queries.Take(size > 200_000 ? 5 : Queries)], stems =>
        {
            using var command = sqlite.CreateCommand();
            command.CommandText = "SELECT rowid FROM text WHERE text MATCH @query ORDER BY rank LIMIT 10";
            command.Parameters.AddWithValue("@query", string.Join(" OR ", stems.Select(stem => $"\"{stem}\"")));
            using var rows = command.ExecuteReader();
            while (rows.Read())
            {
                rows.GetInt64(0);
            }
        });
        var ranked = postgreSql is null ? double.NaN : Median([.. queries.Take(size > 200_000 ? 3 : size > 20_000 ? 5 : Queries)], postgreSql.Search);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size} offers: Lucene.NET BM25 {lucene:0.000} ms, SQLite FTS5 {fts:0.000} ms, PostgreSQL ts_rank_cd {ranked:0.000} ms, {queries.Average(stems => stems.Count):0} stems a query"));
        System.IO.Directory.Delete(folder, recursive: true);
    }

    /// <summary>PostgreSQL with the same offers, or null, which is said, where its programs are missing.</summary>
    private static PostgreSqlPeer? StartPostgreSql(int size, MatchingModel model, RecombinedTexts texts)
    {
        var random = new Random(7);
        try
        {
            return PostgreSqlPeer.StartAsync(Enumerable.Range(0, size).Select(_ => Stems(model.Analyzer, texts.Offer(random)))).GetAwaiter().GetResult();
        }
        catch (InvalidOperationException missing)
        {
            Console.WriteLine($"PostgreSQL is left out: {missing.Message}");
            return null;
        }
    }

    private static double Median(List<List<string>> queries, Action<List<string>> run)
    {
        queries.Take(queries.Count < Queries ? 1 : 5).ToList().ForEach(run); // one of a peer that takes seconds
        var times = queries.ConvertAll(query =>
        {
            var started = Stopwatch.GetTimestamp();
            run(query);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        });
        times.Sort();
        return times[times.Count / 2];
    }

    private static string Stems(TextAnalyzer analyzer, (string Title, string Summary) text) => string.Join(' ', analyzer.Analyze($"{text.Title} {text.Summary}", "es").Select(token => token.Term));

    private static void Execute(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
