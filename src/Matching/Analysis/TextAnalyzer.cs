using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Analysis.En;
using Lucene.Net.Analysis.Es;
using Lucene.Net.Analysis.Fr;
using Lucene.Net.Analysis.Miscellaneous;
using Lucene.Net.Analysis.Pt;
using Lucene.Net.Analysis.Snowball;
using Lucene.Net.Analysis.Standard;
using Lucene.Net.Analysis.TokenAttributes;
using Lucene.Net.Analysis.Util;
using Version = Lucene.Net.Util.LuceneVersion;

namespace CooperaNet.Matching.Analysis;

/// <summary>A term and where it stands in the text.</summary>
/// <param name="Term">Stemmed, lower case, without accents.</param>
/// <param name="Start">First character.</param>
/// <param name="End">Behind the last character.</param>
public readonly record struct Token(string Term, int Start, int End);

/// <summary>
/// Splits a text into terms: words without elisions and stop words, Snowball-stemmed in their language, accents folded
/// after stemming (folding first would break the stemmers).
/// </summary>
/// <remarks>Safe for concurrent use. About 25 to 70 microseconds a sentence.</remarks>
public sealed class TextAnalyzer : IDisposable
{
    private const Version Lucene48 = Version.LUCENE_48;
    private readonly Dictionary<string, Analyzer> analyzers = new(StringComparer.Ordinal)
    {
        ["en"] = Chain(stream => new EnglishPossessiveFilter(Lucene48, stream), EnglishAnalyzer.DefaultStopSet, "English"),
        ["es"] = Chain(stream => stream, SpanishAnalyzer.DefaultStopSet, "Spanish"),
        ["pt"] = Chain(stream => stream, PortugueseAnalyzer.DefaultStopSet, "Portuguese"),
        ["fr"] = Chain(stream => new ElisionFilter(stream, FrenchAnalyzer.DEFAULT_ARTICLES), FrenchAnalyzer.DefaultStopSet, "French"),
    };

    /// <summary>The terms of a text in order; a language other than en, es, pt, fr is read as English.</summary>
    public IReadOnlyList<Token> Analyze(string text, string languageCode)
    {
        var analyzer = analyzers.GetValueOrDefault(languageCode.Split('-')[0].ToLowerInvariant(), analyzers["en"]);
        var tokens = new List<Token>(text.Length / 8);
        using var stream = analyzer.GetTokenStream("text", text);
        var term = stream.GetAttribute<ICharTermAttribute>();
        var offset = stream.GetAttribute<IOffsetAttribute>();
        stream.Reset();
        while (stream.IncrementToken())
        {
            tokens.Add(new(term.ToString(), offset.StartOffset, offset.EndOffset));
        }

        stream.End();
        return tokens;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var analyzer in analyzers.Values)
        {
            analyzer.Dispose();
        }
    }

    private static Analyzer Chain(Func<TokenStream, TokenStream> elision, CharArraySet stopWords, string stemmer) => Analyzer.NewAnonymous((_, reader) =>
    {
        var source = new StandardTokenizer(Lucene48, reader);
        TokenStream stream = new LowerCaseFilter(Lucene48, elision(source));
        stream = new SnowballFilter(new StopFilter(Lucene48, stream, stopWords), stemmer);
        return new TokenStreamComponents(source, new ASCIIFoldingFilter(stream));
    });
}
