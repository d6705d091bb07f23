using System.Security.Cryptography;
using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Ranking;

namespace CooperaNet.Matching.Models;

/// <summary>One version of everything that was learned. All statistics are fixed in it, so that answers are deterministic.</summary>
public sealed class MatchingModel : IDisposable
{
    private const string Magic = "CooperaNet.Matching model 1";

    /// <summary>Puts a model together.</summary>
    public MatchingModel(LanguageDetector languages, FeatureWeights terms, FeatureWeights grams, TagRarity rarity, Fusion fusion, string version)
    {
        (Languages, Terms, Grams, Rarity, Fusion, Version) = (languages, terms, grams, rarity, fusion, version);
    }

    /// <summary>Names the model: kind and the first digits of its file's SHA-256.</summary>
    public string Version { get; }

    /// <summary>Tells languages apart.</summary>
    public LanguageDetector Languages { get; }

    /// <summary>Weights of stemmed words.</summary>
    public FeatureWeights Terms { get; }

    /// <summary>Weights of character n-grams.</summary>
    public FeatureWeights Grams { get; }

    /// <summary>Rarity of tags.</summary>
    public TagRarity Rarity { get; }

    /// <summary>Signals to score.</summary>
    public Fusion Fusion { get; }

    /// <summary>Text to terms.</summary>
    public TextAnalyzer Analyzer { get; } = new();

    /// <summary>Encodes an item's text; the title counts twice.</summary>
    public Encoding Encode(string title, string summary, string languageCode)
    {
        var text = $"{title}\n{title}\n{summary}";
        var padded = CharacterGrams.Pad(text);
        using var grams = new FeatureSum(padded.Length);
        for (var i = 0; i < padded.Length; i++)
        {
            if (CharacterGrams.StartsAt(padded, i))
            {
                grams.Add(Grams.Find(padded.AsSpan(i, CharacterGrams.Length)));
            }
        }

        return new(Terms.Encode(Analyzer.Analyze(text, languageCode).Select(token => token.Term), Encoding.MaxFeatures), grams.Strongest(Encoding.MaxFeatures));
    }

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InvalidDataException">The file is not a model of this program.</exception>
    public static MatchingModel Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes));
            if (reader.ReadString() != Magic)
            {
                throw new InvalidDataException($"'{path}' is not a model of this program.");
            }

            var detector = new LanguageDetector(ReadHalves(reader), ReadFloats(reader));
            var terms = new FeatureWeights(ReadStrings(reader), ReadFloats(reader), keepUnknown: true);
            var grams = new FeatureWeights(ReadStrings(reader), ReadFloats(reader), keepUnknown: false);
            var rarity = new TagRarity(ReadFloats(reader), ReadFloats(reader));
            var fusion = new Fusion(reader.ReadSingle(), ReadFloats(reader), reader.ReadSingle());
            return new(detector, terms, grams, rarity, fusion, $"form-{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 4))}");
        }
        catch (Exception error) when (error is EndOfStreamException or ArgumentException or IOException)
        {
            throw new InvalidDataException($"'{path}' is not a model of this program: {error.Message}", error);
        }
    }

    /// <summary>Writes a model file. Same parts, same bytes.</summary>
    public static void Save(string path, float[] languageWeights, float[] languageBiases, FeatureWeights terms, FeatureWeights grams, TagRarity rarity, Fusion fusion)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(Magic);
        Write(writer, [.. languageWeights.Select(weight => (Half)weight)]);
        Write(writer, languageBiases);
        foreach (var weights in (FeatureWeights[])[terms, grams])
        {
            writer.Write(weights.Vocabulary.Count);
            foreach (var feature in weights.Vocabulary)
            {
                writer.Write(feature);
            }

            Write(writer, [.. weights.Idf]);
        }

        Write(writer, rarity.Areas);
        Write(writer, rarity.Goals);
        writer.Write(fusion.Bias);
        Write(writer, fusion.Weights);
        writer.Write(fusion.Threshold);
    }

    /// <inheritdoc/>
    public void Dispose() => Analyzer.Dispose();

    private static void Write(BinaryWriter writer, float[] values)
    {
        writer.Write(values.Length);
        Array.ForEach(values, writer.Write);
    }

    private static void Write(BinaryWriter writer, Half[] values)
    {
        writer.Write(values.Length);
        Array.ForEach(values, writer.Write);
    }

    private static float[] ReadFloats(BinaryReader reader)
    {
        var values = new float[reader.ReadInt32()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadSingle();
        }

        return values;
    }

    private static float[] ReadHalves(BinaryReader reader)
    {
        var values = new float[reader.ReadInt32()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)reader.ReadHalf();
        }

        return values;
    }

    private static string[] ReadStrings(BinaryReader reader)
    {
        var values = new string[reader.ReadInt32()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadString();
        }

        return values;
    }
}
