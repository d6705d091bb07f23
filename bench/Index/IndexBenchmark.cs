using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Benchmarks.Index;

/// <summary>The index alone at N offers: what a query, a batch, a filter and a memory bus cost, beside other engines over the same texts, in one run.</summary>
internal static class IndexBenchmark
{
    private const int Queries = 60;
    private const int Rounds = 5;
    private const int BatchSize = 32;
    private static readonly string[] Countries = [.. Enumerable.Range(0, 20).Select(i => $"{(char)('A' + i)}{(char)('A' + i)}")]; // one of twenty is a filter of 5 %
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Runs it.</summary>
    /// <param name="args">Numbers of offers; a file of sentences, or else our own texts; <c>--alone</c> leaves the other engines out.</param>
    public static async Task RunAsync(IReadOnlyList<string> args)
    {
        List<int> sizes = [.. args.Where(arg => arg.All(char.IsAsciiDigit)).Select(int.Parse)];
        var data = Path.Combine(AppContext.BaseDirectory, "data");
        using var model = ModelFile.Load(Path.Combine(data, "model", "model.bin"));
        var texts = args.FirstOrDefault(arg => !arg.All(char.IsAsciiDigit) && arg != "--alone") is { } file ? RecombinedTexts.OfFile(file) : RecombinedTexts.OfOwn(data);
        var random = new Random(11);
        List<Encoding> needs = [.. Enumerable.Range(0, Queries).Select(_ => texts.Need(random)).Select(need => model.Encode(need.Title, need.Summary, "en"))];
        List<Encoding> words = [.. Enumerable.Range(0, Queries).Select(_ => texts.Offer(random)).Select(offer => model.Encode(offer.Title, offer.Summary, "es"))];
        Console.WriteLine(Say($"one core reads {Bandwidth():0.0} GB/s in one stream"));
        var singles = new List<double>();
        foreach (var size in sizes)
        {
            var offers = Offers(size, model, texts);
            singles.Add(await MeasureAsync(offers, model, needs));
            Parts(offers, words);
            if (!args.Contains("--alone"))
            {
                PeerBenchmark.Run(size, model, texts);
            }
        }

        if (sizes.Count > 1)
        {
            Console.WriteLine(Say($"a query's time grows with the offers to the power of {Math.Log(singles[^1] / singles[0]) / Math.Log((double)sizes[^1] / sizes[0]):0.00}"));
        }
    }

    private static Encoding[] Offers(int count, MatchingModel model, RecombinedTexts texts)
    {
        var (random, offers) = (new Random(7), new Encoding[count]);
        foreach (var chunk in Enumerable.Range(0, count).Chunk(65_536))
        {
            List<(int Place, (string Title, string Summary) Text)> drawn = [.. chunk.Select(place => (place, texts.Offer(random)))];
            Parallel.ForEach(drawn, offer => offers[offer.Place] = model.Encode(offer.Text.Title, offer.Text.Summary, "es"));
        }

        return offers;
    }

    /// <returns>The median of a query, in milliseconds.</returns>
    private static async Task<double> MeasureAsync(Encoding[] offers, MatchingModel model, List<Encoding> needs)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        var (index, random) = (new PartitionIndex(), new Random(7));
        foreach (var chunk in Enumerable.Range(0, offers.Length).Chunk(8_192))
        {
            index.Apply([.. chunk.Select(place => (Item(place, random), offers[place]))], []);
        }

        var built = watch.Elapsed;
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)offers.Length;
        IndexQuery Query(Encoding need, IndexConstraints constraints, int tags = 0) => new(need, tags == 0 ? 0 : 5, tags == 0 ? 0 : 40, constraints, "none", 10, 0, Now, default);
        var (snapshot, fifth) = (index.Snapshot, new IndexConstraints(0, 0, new HashSet<string> { Countries[3] }));
        void Single(int i) => snapshot.Search(Query(needs[i], IndexConstraints.None), model);
        Times(needs.Count, Single); // the first time, code is still being compiled for good
        var single = Times(Rounds * needs.Count, i => Single(i % needs.Count)); // enough that the 99th percentile is not the longest
        var tagged = Times(needs.Count, i => snapshot.Search(Query(needs[i], IndexConstraints.None, tags: 1), model)).Median;
        var filtered = Times(needs.Count, i => snapshot.Search(Query(needs[i], fifth), model)).Median;
        var batch = Times(9, _ => snapshot.Search([.. needs.Take(BatchSize).Select(need => Query(need, IndexConstraints.None))], model)).Median / BatchSize;
        var shared = new List<double>();
        foreach (var need in needs)
        {
            var started = Stopwatch.GetTimestamp();
            await snapshot.SearchAsync([Query(need, IndexConstraints.None)], model, threads: 2);
            shared.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        Console.WriteLine(Say($"{offers.Length} offers: built in {built.TotalSeconds:0.0} s, {bytes:0} bytes an offer; query {single.Median:0.000} ms (p99 {single.P99:0.000}), by two threads {shared.Order().ElementAt(shared.Count / 2):0.000}, with tags {tagged:0.000}, 5 % of the offers {filtered:0.000} ({single.Median / filtered:0.0} times), of {BatchSize} at once {batch:0.000} ({batch / single.Median:0.00}); recall of the ten best {Recall(offers, snapshot, needs, model):0.000}"));
        return single.Median;
    }

    private static IndexedItem Item(int number, Random random) => new(
        string.Create(CultureInfo.InvariantCulture, $"authorities/pe/offers/offer-{number:0000000}"), "authorities/pe", Countries[random.Next(Countries.Length)], 1 << random.Next(11), 1 << random.Next(17), 1 + random.Next(3), Now, null);

    /// <summary>How many of the ten best by exact comparison the index finds.</summary>
    private static double Recall(Encoding[] offers, IndexSnapshot snapshot, IReadOnlyList<Encoding> needs, MatchingModel model) => needs.Take(offers.Length > 200_000 ? 5 : 20).Average(need =>
    {
        var pair = model.Fusion.Of(need.Language, offers[0].Language);
        var best = Best(offers.AsParallel().Select((offer, place) => (place, (float)pair.LogOdds(PairSignals.Of(model, need, offer)))));
        return snapshot.Search(new IndexQuery(need, 0, 0, IndexConstraints.None, "none", 10, 0, Now, default), model).Count(hit => best.Contains(int.Parse(hit.Name[^7..], CultureInfo.InvariantCulture))) / 10.0;
    });

    /// <summary>The codes' first pass alone, and the postings alone: the ten best by the words of Spanish texts.</summary>
    private static void Parts(Encoding[] offers, List<Encoding> texts)
    {
        var planes = new CodePlanes(offers.Length);
        for (var i = 0; i < offers.Length; i++)
        {
            planes.Set(i, offers[i].Code);
        }

        var query = new CoarseQuery(texts[0].Code);
        var (meanings, topics, sums) = (new float[64], new float[64], new float[Pass.ChunkLength]);
        var codes = Times(Queries, _ =>
        {
            for (var first = 0; first + 64 <= offers.Length; first += 64)
            {
                planes.Products(query, first, meanings, topics);
            }
        }).Median;
        List<Postings> blocks = [.. offers.Chunk(Block.MaxItems).Select(chunk => Postings.Build([.. chunk.Select(offer => offer.Terms)]))];
        IReadOnlySet<int> Find(SparseVector words)
        {
            var (best, cursors, items) = (new PriorityQueue<int, float>(), new Postings.Cursor[words.Ids.Length], 0);
            foreach (var block in blocks)
            {
                var opened = cursors.AsSpan(0, block.Open(words, cursors));
                for (var start = 0; start < Block.MaxItems && items < offers.Length; start += sums.Length)
                {
                    Array.Clear(sums);
                    block.Accumulate(opened, start, start + sums.Length, sums);
                    for (var i = 0; i < sums.Length && items < offers.Length; i++, items++)
                    {
                        if (best.Count < 10)
                        {
                            best.Enqueue(items, sums[i]);
                        }
                        else if (best.TryPeek(out _, out var floor) && sums[i] > floor)
                        {
                            best.DequeueEnqueue(items, sums[i]);
                        }
                    }
                }
            }

            return best.UnorderedItems.Select(entry => entry.Element).ToHashSet();
        }

        var lexical = Times(Queries, i => Find(texts[i].Terms)).Median;
        var agreed = texts.Take(10).Average(text => Find(text.Terms).Intersect(Best(offers.AsParallel().Select((offer, place) => (place, (float)text.Terms.Product(offer.Terms))))).Count() / 10.0);
        Console.WriteLine(Say($"{offers.Length} offers: codes alone {codes:0.000} ms, {offers.Length * 128.0 / codes / 1e6:0.0} GB/s; words alone {lexical:0.000} ms, {texts.Average(text => text.Terms.Ids.Length):0} stems a query, {agreed:P1} of the ten best as with weights of single precision"));
    }

    private static HashSet<int> Best(IEnumerable<(int Place, float Score)> scored) => [.. scored.OrderByDescending(item => item.Score).ThenBy(item => item.Place).Take(10).Select(item => item.Place)];

    private static (double Median, double P99) Times(int count, Action<int> run)
    {
        var (times, warm) = (new List<double>(), Stopwatch.StartNew());
        for (var i = 0; i < 5 || warm.Elapsed < TimeSpan.FromSeconds(2); i++)
        {
            run(i % count); // until the code is compiled for good
        }

        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            run(i);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        return (times[times.Count / 2], times[times.Count * 99 / 100]);
    }

    private static double Bandwidth()
    {
        var values = new float[1 << 28];
        Array.Fill(values, 1f);
        var best = double.PositiveInfinity;
        for (var i = 0; i < 5; i++)
        {
            var started = Stopwatch.GetTimestamp();
            _ = Sum(MemoryMarshal.Cast<float, Vector256<float>>(values));
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return values.Length * 4.0 / best / 1e9;
    }

    /// <summary>In eight sums, so that none waits for the one before it: memory is the limit, not the addition.</summary>
    private static float Sum(ReadOnlySpan<Vector256<float>> values)
    {
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        var (e, f, g, h) = (a, b, c, d);
        for (var i = 0; i + 7 < values.Length; i += 8)
        {
            (a, b, c, d) = (a + values[i], b + values[i + 1], c + values[i + 2], d + values[i + 3]);
            (e, f, g, h) = (e + values[i + 4], f + values[i + 5], g + values[i + 6], h + values[i + 7]);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h);
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
