using System.Collections.Concurrent;
using System.Globalization;
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
using Lucene.Net.Util;
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
/// <remarks>Safe for concurrent use. The stems of words seen before are remembered, so that a text of 100 words takes some 10 microseconds.</remarks>
public sealed class TextAnalyzer : IDisposable
{
    private const Version Lucene48 = Version.LUCENE_48;
    private readonly Dictionary<string, LanguageAnalyzer> languages = new(StringComparer.Ordinal)
    {
        ["en"] = new(stream => new EnglishPossessiveFilter(Lucene48, stream), EnglishStopWords(), "English"),
        ["es"] = new(stream => stream, SpanishAnalyzer.DefaultStopSet, "Spanish"),
        ["pt"] = new(stream => stream, PortugueseAnalyzer.DefaultStopSet, "Portuguese"),
        ["fr"] = new(stream => new ElisionFilter(stream, FrenchAnalyzer.DEFAULT_ARTICLES), FrenchAnalyzer.DefaultStopSet, "French"),
    };

    /// <summary>The terms of a text in order; a language other than en, es, pt, fr is read as English.</summary>
    public IReadOnlyList<Token> Analyze(string text, string languageCode)
    {
        var tokens = new List<Token>(text.Length / 8);
        Analyze(text, languageCode, tokens);
        return tokens;
    }

    /// <summary>Adds the terms of a text to a list, in order: without allocation when the list is large enough and all words were seen before.</summary>
    public void Analyze(string text, string languageCode, List<Token> tokens) =>
        languages.GetValueOrDefault(Languages.LanguageDetector.Primary(languageCode), languages["en"]).Analyze(text, tokens);

    /// <summary>Snowball's list, as in the other languages: Lucene's own for English is so short that its texts would seem to say more than their translations.</summary>
    private static CharArraySet EnglishStopWords()
    {
        using var list = IOUtils.GetDecodingReader(typeof(SnowballFilter), "english_stop.txt", System.Text.Encoding.UTF8);
        return WordlistLoader.GetSnowballWordSet(list, Lucene48);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var language in languages.Values)
        {
            language.Dispose();
        }
    }

    /// <summary>Lucene.NET's words of a text, each looked up among the stems known, and stemmed by Lucene.NET's filters when it is new.</summary>
    private sealed class LanguageAnalyzer : IDisposable
    {
        /// <summary>Words remembered at most, about 100 bytes each; when there are more, all are forgotten, so that nobody can fill the memory with words of no language for good.</summary>
        private const int MaxRemembered = 100_000;

        /// <summary>Longer words are no words that come again.</summary>
        private const int MaxWord = 40;

        private readonly Analyzer words;
        private readonly Analyzer stemming;
        private readonly ConcurrentDictionary<string, string> stems = new(StringComparer.Ordinal); // an empty stem for a stop word
        private readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> stemsBySpan;
        private int remembered; // counting the dictionary would lock all of it

        public LanguageAnalyzer(Func<TokenStream, TokenStream> elision, CharArraySet stopWords, string stemmer)
        {
            stemsBySpan = stems.GetAlternateLookup<ReadOnlySpan<char>>();
            words = Analyzer.NewAnonymous((_, reader) =>
            {
                var source = new StandardTokenizer(Lucene48, reader);
                return new TokenStreamComponents(source, new LowerCaseFilter(Lucene48, elision(source)));
            });
            stemming = Analyzer.NewAnonymous((_, reader) =>
            {
                var source = new KeywordTokenizer(reader);
                return new TokenStreamComponents(source, new ASCIIFoldingFilter(new SnowballFilter(new StopFilter(Lucene48, source, stopWords), stemmer)));
            });
        }

        public void Analyze(string text, List<Token> tokens)
        {
            using var stream = words.GetTokenStream("text", WithoutLongLines(text));
            var term = stream.GetAttribute<ICharTermAttribute>();
            var offset = stream.GetAttribute<IOffsetAttribute>();
            stream.Reset();
            while (stream.IncrementToken())
            {
                var word = term.Buffer.AsSpan(0, term.Length);
                if (!stemsBySpan.TryGetValue(word, out var stem))
                {
                    stem = Stem(word.ToString());
                }

                if (stem.Length > 0)
                {
                    tokens.Add(new(stem, offset.StartOffset, offset.EndOffset));
                }
            }

            stream.End();
        }

        public void Dispose()
        {
            words.Dispose();
            stemming.Dispose();
        }

        /// <summary>
        /// A text with blanks for long runs of underscores and the like, which join words and are none: Lucene.NET's scanner reads on to the
        /// end of a run from each of its characters.
        /// </summary>
        private static string WithoutLongLines(string text)
        {
            char[]? changed = null;
            for (var i = 0; i < text.Length; i++)
            {
                var start = i;
                while (i < text.Length && char.GetUnicodeCategory(text[i]) == UnicodeCategory.ConnectorPunctuation)
                {
                    i++;
                }

                if (i - start > MaxWord)
                {
                    (changed ??= text.ToCharArray()).AsSpan(start, i - start).Fill(' ');
                }
            }

            return changed is null ? text : new(changed);
        }

        private string Stem(string word)
        {
            using var stream = stemming.GetTokenStream("word", word);
            var term = stream.GetAttribute<ICharTermAttribute>();
            stream.Reset();
            var stem = stream.IncrementToken() ? term.ToString() : "";
            stream.End();
            if (word.Length <= MaxWord && stems.TryAdd(word, stem) && Interlocked.Increment(ref remembered) > MaxRemembered)
            {
                Interlocked.Exchange(ref remembered, 0);
                stems.Clear();
            }

            return stem;
        }
    }
}
