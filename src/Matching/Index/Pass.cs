using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Index;

/// <summary>One thread's first pass of one query over blocks: scores the items that are allowed by the upper bits of their codes and keeps the best.</summary>
/// <remarks>
/// Reads 128 bytes an item, and the postings of the query's terms, their translations and concepts, a chunk of items at a time:
/// what is added up for a chunk stays in the cache. Ranges of items that a query doesn't allow are stepped over, in
/// postings by binary search.
/// </remarks>
internal sealed class Pass(Scan scan, PassBuffers buffers)
{
    /// <summary>Items of a chunk, a multiple of 64.</summary>
    public const int ChunkLength = 1 << 14;

    /// <summary>Items whose codes are compared at a time.</summary>
    public const int WordLength = 64;

    /// <summary>Items that are scored at a time.</summary>
    public const int Lanes = 8;
    private readonly ulong[] allowed = new ulong[Block.MaxItems / WordLength];
    private readonly Postings.Cursor[] terms = new Postings.Cursor[scan.Translated.Ids.Length];
    private readonly Postings.Cursor[] concepts = new Postings.Cursor[scan.Query.Encoding.Concepts.Ids.Length];
    private readonly float[][] tagSums = new float[LanguageDetector.Languages.Count][]; // by language: what each combination of tags of the block adds
    private readonly TopItems best = new(scan.CandidateCount);
    private Block block = null!;
    private int termCount;
    private int conceptCount;
    private int reached; // the item that the cursors stand at

    /// <summary>What was kept, in no order.</summary>
    public IEnumerable<Candidate> Kept => best.Kept();

    /// <summary>Turns to a block.</summary>
    public void Open(Block next, Bits? gone)
    {
        block = next;
        Array.Clear(allowed);
        foreach (var (group, start, end) in block.Items.Groups())
        {
            if (group.Fits(scan.Query.Constraints))
            {
                Bits.Set(allowed, start, end);
            }
        }

        gone?.ClearIn(allowed);
        foreach (var (language, _, _) in block.Items.Languages)
        {
            tagSums[language] = TagSums(scan.Model.Fusion.Of(scan.Query.Encoding.Language, language));
        }

        (termCount, conceptCount, reached) = (block.Terms.Open(scan.Translated, terms), block.Concepts.Open(scan.Query.Encoding.Concepts, concepts), 0);
    }

    /// <summary>Scores the items of the open block from a multiple of <see cref="ChunkLength"/> on; chunks come in their order.</summary>
    public void Score(int chunk)
    {
        var words = allowed.AsSpan(chunk / WordLength, ChunkLength / WordLength);
        var (first, last) = (words.IndexOfAnyExcept(0ul), words.LastIndexOfAnyExcept(0ul));
        if (first < 0)
        {
            return;
        }

        var start = chunk + (first * WordLength) + BitOperations.TrailingZeroCount(words[first]);
        var end = chunk + ((last + 1) * WordLength) - BitOperations.LeadingZeroCount(words[last]);
        Add(block.Terms, terms.AsSpan(0, termCount), start, end, buffers.Forms);
        Add(block.Concepts, concepts.AsSpan(0, conceptCount), start, end, buffers.Shared);
        reached = end;
        foreach (var (language, from, to) in block.Items.Languages)
        {
            if (from < end && to > start)
            {
                Score(language, Math.Max(from, start), Math.Min(to, end), start);
            }
        }
    }

    private void Add(Postings postings, Span<Postings.Cursor> cursors, int start, int end, float[] sums)
    {
        if (start != reached)
        {
            postings.Seek(cursors, start);
        }

        for (var i = 0; i < end - start + Lanes; i += Lanes)
        {
            Vector256<float>.Zero.StoreUnsafe(ref sums[i]); // not Array.Clear, which writes this much past the cache
        }

        postings.Accumulate(cursors, start, end, sums);
    }

    /// <summary>Scores items of one language, whose sums begin at an item.</summary>
    private void Score(int language, int from, int to, int sumsFrom)
    {
        var pair = scan.Model.Fusion.Of(scan.Query.Encoding.Language, language);
        var tags = tagSums[language];
        var formScale = 1 / MathF.Sqrt(scan.Query.Encoding.Lengths[language]);
        ref var lengths = ref MemoryMarshal.GetReference(block.InverseLengths(scan.Query.Encoding.Language));
        var line = scan.Model.Scale.LineOf(scan.Query.Encoding.Language, language);
        var lnCeiling = Vector256.Create(MathF.Log(pair.Ceiling));
        var most = Vector256.Create(MathF.Log(pair.Ceiling / (1 - pair.Ceiling)));
        var (bias, hinge, lineOffset) = (Vector256.Create(pair.Bias), Vector256.Create(pair.Hinge), Vector256.Create(line.Offset));
        var (formWeight, meaningWeight, topicWeight, termsWeight) = (pair.Weights[0], pair.Weights[1], pair.Weights[2] * SemanticCode.TopicUnit, pair.Weights[3]);
        var meaningUnit = SemanticCode.MeaningUnit * line.Slope;
        var mostTagged = Vector256.Create(tags.Length > 0 ? tags.Max() : 0);
        for (var first = from; first < to; first += WordLength)
        {
            var count = Math.Min(WordLength, to - first);
            var wanted = AllowedFrom(first, count);
            if (wanted == 0)
            {
                continue;
            }

            block.Codes.Products(scan.Code, first, buffers.Meanings.AsSpan(0, count), buffers.Topics.AsSpan(0, count));
            for (var i = 0; i < count; i += Lanes)
            {
                var lanes = (uint)(byte)(wanted >> i);
                if (lanes == 0)
                {
                    continue;
                }

                var form = Vector256.Min(Vector256<float>.One, Vector256.LoadUnsafe(ref buffers.Forms[first - sumsFrom + i]) * Vector256.LoadUnsafe(ref lengths, (nuint)(first + i)) * formScale);
                var terms = Vector256.Min(Vector256<float>.One, Vector256.LoadUnsafe(ref buffers.Shared[first - sumsFrom + i]));
                var others = bias + (Vector256.LoadUnsafe(ref buffers.Topics[i]) * topicWeight) + (terms * termsWeight);
                var floor = Vector256.Create(best.FloorAsFloat);
                var meaning = (Vector256.LoadUnsafe(ref buffers.Meanings[i]) * meaningUnit) + lineOffset;
                var about = others + (meaning * meaningWeight);
                var beyond = Vector256.Max(Vector256<float>.Zero, form + meaning - hinge) * formWeight;
                // Doubt leaves at most this, and tags add at most that: most items fall below the floor by it, and need neither an exponential nor their tags.
                var withoutDoubt = Vector256.Min(about + lnCeiling, most);
                if (!Vector256.GreaterThanOrEqualAny(withoutDoubt + beyond + mostTagged, floor))
                {
                    continue;
                }

                if (tags.Length > 0)
                {
                    for (var lane = 0; lane < Math.Min(Lanes, count - i); lane++)
                    {
                        buffers.TagSums[lane] = tags[block.Items.TagSetOf(first + i + lane)];
                    }

                    beyond += Vector256.LoadUnsafe(ref buffers.TagSums[0]);
                    if (!Vector256.GreaterThanOrEqualAny(withoutDoubt + beyond, floor))
                    {
                        continue;
                    }
                }

                var logOdds = about + lnCeiling - Vector256.Log(Vector256<float>.One + (Vector256.Exp(about) * (1 - pair.Ceiling))) + beyond;
                var passing = lanes & Vector256.GreaterThanOrEqual(logOdds, floor).ExtractMostSignificantBits();
                for (; passing != 0; passing &= passing - 1)
                {
                    var lane = BitOperations.TrailingZeroCount(passing);
                    Offer(first + i + lane, logOdds[lane], form[lane], terms[lane]);
                }
            }
        }
    }

    private void Offer(int ordinal, float logOdds, float form, float terms)
    {
        if (!block.Items.IsExpired(ordinal, scan.Query.Now) && !block.Items.IsOf(ordinal, scan.Query.ExcludedParent))
        {
            best.Add(new(block, ordinal, logOdds - (block.Items.IsStale(ordinal, scan.Query.StaleBefore) ? PairWeights.StalePenalty : 0), form, terms));
        }
    }

    /// <summary>What each combination of tags adds; empty when the query has none, and nothing is added.</summary>
    private float[] TagSums(PairWeights pair)
    {
        var (query, rarity) = (scan.Query, scan.Model.Rarity);
        return query.Areas == 0 && query.Goals == 0 ? []
            : [.. block.Items.TagSets.Select(set => (float)((pair.Weights[4] * rarity.OfAreas(query.Areas, set.Areas)) + (pair.Weights[5] * rarity.OfGoals(query.Goals, set.Goals))))];
    }

    private ulong AllowedFrom(int first, int count)
    {
        var (word, shift) = (first / WordLength, first % WordLength);
        var bits = allowed[word] >> shift;
        if (shift + count > WordLength)
        {
            bits |= allowed[word + 1] << (WordLength - shift);
        }

        return bits & Bits.Range(0, count);
    }
}

/// <summary>What one thread needs for its passes, one behind the other. Used again by the thread's next search, when it is still in the cache.</summary>
internal sealed class PassBuffers
{
    private const int Padding = 64; // vectors may read beyond

    [ThreadStatic]
    private static PassBuffers? ofThread;

    private PassBuffers()
    {
    }

    public static PassBuffers OfThread => ofThread ??= new();

    /// <summary>Agreement in form of a chunk's items, not yet brought to between 0 and 1.</summary>
    public float[] Forms { get; } = new float[Pass.ChunkLength + Padding];

    /// <summary>Agreement in concepts of a chunk's items.</summary>
    public float[] Shared { get; } = new float[Pass.ChunkLength + Padding];

    public float[] Meanings { get; } = new float[Pass.WordLength];

    public float[] Topics { get; } = new float[Pass.WordLength];

    public float[] TagSums { get; } = new float[Pass.Lanes];
}
