using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Benchmarks.Index;

/// <summary>The index alone at N offers: what a query, a batch, a filter and a memory bus cost, beside Lucene.NET and SQLite's FTS5 over the same texts, in one run.</summary>
internal static class IndexBenchmark
{
    private const int Queries = 60;
    private const int BatchSize = 32;
    private static readonly string[] Countries = [.. Enumerable.Range(0, 20).Select(i => $"{(char)('A' + i)}{(char)('A' + i)}")]; // one of twenty is a filter of 5 %
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Run(IReadOnlyList<string> args)
    {
        List<int> sizes = [.. args.Where(arg => arg.All(char.IsAsciiDigit)).Select(int.Parse)];
        var data = Path.Combine(AppContext.BaseDirectory, "data");
        using var model = ModelFile.Load(Path.Combine(data, "model", "model.bin"));
        var texts = args.FirstOrDefault(arg => !arg.All(char.IsAsciiDigit)) is { } file ? RecombinedTexts.OfFile(file) : RecombinedTexts.OfOwn(data);
        var random = new Random(11);
        var needs = Enumerable.Range(0, Queries).Select(_ => texts.Need(random)).ToList();
        var encoded = needs.ConvertAll(need => model.Encode(need.Title, need.Summary, "en"));
        Console.WriteLine(Say($"one core reads {Bandwidth():0.0} GB/s in one stream"));
        foreach (var size in sizes)
        {
            Measure(size, model, texts, encoded);
            Parts(size, model, texts);
        }

        foreach (var size in sizes)
        {
            if (Environment.GetEnvironmentVariable("PEERS") is null) PeerBenchmark.Run(size, model, texts);
        }
    }

    private static void Measure(int size, MatchingModel model, RecombinedTexts texts, List<Encoding> needs)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        var (index, random, kept) = (new PartitionIndex(), new Random(7), new List<(IndexedItem, Encoding)>());
        for (var start = 0; start < size; start += 8_192)
        {
            List<(IndexedItem Item, Encoding Encoding)> chunk = [.. Enumerable.Range(start, Math.Min(8_192, size - start)).Select(i => Item(i, model, texts, random))];
            index.Apply(chunk, []);
            if (size <= 100_000)
            {
                kept.AddRange(chunk);
            }
        }

        var built = watch.Elapsed;
        var bytes = kept.Count > 0 ? double.NaN : (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)size;
        IndexQuery Query(Encoding need, IndexConstraints constraints, int tags = 0) => new(need, tags == 0 ? 0 : 5, tags == 0 ? 0 : 40, constraints, "none", 10, 0, Now, default);
        var (snapshot, fifth) = (index.Snapshot, new IndexConstraints(0, 0, new HashSet<string> { Countries[3] }));
        double Median(Action<int> run) => MedianOf(needs.Count, run);
        var single = Median(i => snapshot.Search(Query(needs[i], IndexConstraints.None), model));
        var tagged = Median(i => snapshot.Search(Query(needs[i], IndexConstraints.None, tags: 1), model));
        var filtered = Median(i => snapshot.Search(Query(needs[i], fifth), model));
        var batch = Median(_ => snapshot.Search([.. needs.Take(BatchSize).Select(need => Query(need, IndexConstraints.None))], model)) / BatchSize;
        Console.WriteLine(Say($"{size} offers: built in {built.TotalSeconds:0.0} s, {bytes:0} bytes an offer; query {single:0.000} ms, with tags {tagged:0.000}, 5 % of the offers {filtered:0.000}, of {BatchSize} at once {batch:0.000}; recall of the ten best {Recall(kept, snapshot, needs, model):0.000}"));
    }

    private static (IndexedItem Item, Encoding Encoding) Item(int number, MatchingModel model, RecombinedTexts texts, Random random)
    {
        var (title, summary) = texts.Offer(random);
        return (
            new(string.Create(CultureInfo.InvariantCulture, $"authorities/pe/offers/offer-{number:0000000}"), "authorities/pe", Countries[random.Next(Countries.Length)], 1 << random.Next(11), 1 << random.Next(17), 1 + random.Next(3), Now, null),
            model.Encode(title, summary, "es"));
    }

    /// <summary>How many of the ten best by exact comparison the index finds.</summary>
    private static double Recall(List<(IndexedItem Item, Encoding Encoding)> items, IndexSnapshot snapshot, IReadOnlyList<Encoding> needs, MatchingModel model) => items.Count == 0 ? double.NaN : needs.Take(20).Average(need =>
    {
        var pair = model.Fusion.Of(need.Language, items[0].Encoding.Language);
        var best = items.AsParallel().OrderByDescending(item => pair.LogOdds(PairSignals.Of(model, need, item.Encoding))).Take(10).Select(item => item.Item.Name).ToHashSet();
        return snapshot.Search(new IndexQuery(need, 0, 0, IndexConstraints.None, "none", 10, 0, Now, default), model).Count(hit => best.Contains(hit.Name)) / 10.0;
    });

    /// <summary>The codes' first pass alone, over random codes, and the postings alone: the ten best by the words of Spanish texts.</summary>
    private static void Parts(int size, MatchingModel model, RecombinedTexts texts)
    {
        var random = new Random(7);
        var (planes, code) = (new CodePlanes(size), new sbyte[SemanticCode.Length]);
        var postings = new List<Postings>();
        for (var start = 0; start < size; start += Block.MaxItems)
        {
            List<SparseVector> terms = [.. Enumerable.Range(start, Math.Min(Block.MaxItems, size - start)).Select(_ => texts.Offer(random)).Select(offer => model.Encode(offer.Title, offer.Summary, "es").Terms)];
            postings.Add(Postings.Build(terms));
            for (var i = 0; i < terms.Count; i++)
            {
                random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(code.AsSpan()));
                planes.Set(start + i, code);
            }
        }

        var query = new CoarseQuery(code);
        var (meanings, topics, sums) = (new float[64], new float[64], new float[Block.MaxItems]);
        var codes = MedianOf(Queries, _ =>
        {
            for (var first = 0; first + 64 <= size; first += 64)
            {
                planes.Products(query, first, meanings, topics);
            }
        });
        random = new Random(12);
        var words = Enumerable.Range(0, Queries).Select(_ => texts.Offer(random)).Select(offer => model.Encode(offer.Title, offer.Summary, "es").Terms).ToList();
        var lexical = MedianOf(Queries, i =>
        {
            var best = new PriorityQueue<int, float>();
            foreach (var block in postings)
            {
                Array.Clear(sums);
                block.Accumulate(words[i].Ids, words[i].Weights, sums);
                for (var ordinal = 0; ordinal < sums.Length; ordinal++)
                {
                    if (best.Count < 10)
                    {
                        best.Enqueue(ordinal, sums[ordinal]);
                    }
                    else if (best.TryPeek(out _, out var floor) && sums[ordinal] > floor)
                    {
                        best.DequeueEnqueue(ordinal, sums[ordinal]);
                    }
                }
            }
        });
        Console.WriteLine(Say($"{size} offers: codes alone {codes:0.000} ms, {size * 128.0 / codes / 1e6:0.0} GB/s; words alone {lexical:0.000} ms, {words.Average(text => text.Ids.Length):0} stems a query"));
    }

    private static double MedianOf(int count, Action<int> run)
    {
        var times = new List<double>();
        for (var i = -20; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            run(Math.Max(0, i));
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static double Bandwidth()
    {
        var values = new float[1 << 28];
        Array.Fill(values, 1f);
        var best = double.PositiveInfinity;
        for (var i = 0; i < 5; i++)
        {
            var started = Stopwatch.GetTimestamp();
            _ = TensorPrimitives.Sum<float>(values);
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return values.Length * 4.0 / best / 1e9;
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
