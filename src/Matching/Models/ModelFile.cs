using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Meaning;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Thesauri;
using CooperaNet.Matching.Translations;

namespace CooperaNet.Matching.Models;

/// <summary>Reads and writes the file of a model: little-endian numbers, strings in UTF-8, each array behind its length. Same parts, same bytes.</summary>
public static class ModelFile
{
    private const string Magic = "CooperaNet.Matching model 3";

    /// <summary>Reads a model file.</summary>
    /// <exception cref="InvalidDataException">The file is not a model of this program.</exception>
    public static MatchingModel Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes));
            return reader.ReadString() == Magic ? new(Read(reader), $"cross-{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 4))}")
                : throw new InvalidDataException($"'{path}' is not a model of this program.");
        }
        catch (Exception error) when (error is EndOfStreamException or ArgumentException or IOException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException($"'{path}' is not a model of this program: {error.Message}", error);
        }
    }

    /// <summary>Writes a model file.</summary>
    public static void Save(string path, ModelParts parts)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(Magic);
        Write(writer, Halves(parts.Languages.Weights));
        Write(writer, parts.Languages.Biases);
        foreach (var stems in parts.Vocabulary.Stems)
        {
            Write(writer, stems, writer.Write);
        }

        Write(writer, Halves(parts.Vocabulary.Idf));
        Write(writer, parts.Vectors.Has.Select(has => has ? (byte)1 : (byte)0).ToArray());
        Write(writer, parts.Vectors.Vectors);
        Write(writer, [.. parts.Phrases.Idf]);
        Write(writer, parts.Phrases.Vectors);
        WriteLinks(writer, parts.Translations);
        Write(writer, parts.Thesaurus.Concepts, concept =>
        {
            writer.Write(concept.Id);
            Array.ForEach(concept.Labels, writer.Write);
            Write(writer, concept.Broader);
            Write(writer, concept.Areas);
            Write(writer, concept.Goals);
            writer.Write(concept.Weight);
        });
        Write(writer, parts.Thesaurus.Terms, term =>
        {
            Write(writer, term.Words);
            writer.Write(term.Concept);
        });
        Array.ForEach(parts.Centres, centre => Write(writer, centre));
        Write(writer, Halves(parts.Tagger.Goals));
        Write(writer, parts.Tagger.GoalBiases);
        Write(writer, Halves(parts.Tagger.Targets));
        Write(writer, parts.Tagger.TargetGoals);
        Write(writer, parts.Tagger.GoalFusion);
        Write(writer, parts.Tagger.AreaFusion);
        Write(writer, parts.Tagger.GoalPriors);
        Write(writer, parts.Tagger.AreaPriors);
        Write(writer, parts.Rarity.Areas);
        Write(writer, parts.Rarity.Goals);
        writer.Write(parts.Rarity.UsualAreas);
        writer.Write(parts.Rarity.UsualGoals);
        Array.ForEach(parts.Fusion.Pairs, pair =>
        {
            writer.Write(pair.Bias);
            writer.Write(pair.Hinge);
            writer.Write(pair.Ceiling);
            Write(writer, pair.Weights);
        });
        writer.Write(parts.Fusion.Threshold);
    }

    private static ModelParts Read(BinaryReader reader)
    {
        var languages = LanguageDetector.Languages.Count;
        var detector = new LanguageDetector(Floats(ReadArray<Half>(reader)), ReadArray<float>(reader));
        var stems = Enumerable.Range(0, languages).Select(_ => (IReadOnlyList<string>)ReadList(reader, reader.ReadString)).ToArray();
        var vocabulary = new Vocabulary(stems, Floats(ReadArray<Half>(reader)));
        var vectors = new WordVectors(vocabulary, [.. ReadArray<byte>(reader).Select(has => has == 1)], ReadVectors(reader));
        var phrases = new PhraseVectors(ReadArray<float>(reader), ReadVectors(reader));
        var translations = new TranslationTable(ReadLinks(reader), vocabulary);
        var concepts = ReadList(reader, () => new Concept(
            reader.ReadString(), [.. Enumerable.Range(0, languages).Select(_ => reader.ReadString())], ReadArray<int>(reader), ReadArray<int>(reader), ReadArray<int>(reader), reader.ReadSingle()));
        var thesaurus = new Thesaurus(concepts, ReadList(reader, () => new ConceptTerm(ReadArray<int>(reader), reader.ReadInt32())));
        return new()
        {
            Languages = detector,
            Vocabulary = vocabulary,
            Vectors = vectors,
            Phrases = phrases,
            Translations = translations,
            Thesaurus = thesaurus,
            Centres = [.. Enumerable.Range(0, languages).Select(_ => ReadArray<float>(reader))],
            Tagger = new()
            {
                Goals = Floats(ReadArray<Half>(reader)),
                GoalBiases = ReadArray<float>(reader),
                Targets = Floats(ReadArray<Half>(reader)),
                TargetGoals = ReadArray<int>(reader),
                GoalFusion = ReadArray<float>(reader),
                AreaFusion = ReadArray<float>(reader),
                GoalPriors = ReadArray<float>(reader),
                AreaPriors = ReadArray<float>(reader),
            },
            Rarity = new(ReadArray<float>(reader), ReadArray<float>(reader), reader.ReadSingle(), reader.ReadSingle()),
            Fusion = new(
                [.. Enumerable.Range(0, languages * languages).Select(_ => new PairWeights(reader.ReadSingle(), reader.ReadSingle(), reader.ReadSingle(), ReadArray<float>(reader)))],
                reader.ReadSingle()),
        };
    }

    private static void WriteLinks(BinaryWriter writer, TranslationTable translations)
    {
        var links = translations.Links().ToList();
        Write(writer, links.ConvertAll(link => link.From).ToArray());
        Write(writer, links.ConvertAll(link => link.To).ToArray());
        Write(writer, links.ConvertAll(link => (byte)MathF.Round(link.Strength * 255)).ToArray());
    }

    private static IEnumerable<TranslationLink> ReadLinks(BinaryReader reader)
    {
        var (from, to, strengths) = (ReadArray<int>(reader), ReadArray<int>(reader), ReadArray<byte>(reader));
        for (var i = 0; i < from.Length; i++)
        {
            yield return new(from[i], to[i], strengths[i] / 255f);
            yield return new(to[i], from[i], strengths[i] / 255f);
        }
    }

    private static void Write(BinaryWriter writer, RoundedVectors vectors)
    {
        Write(writer, vectors.Values);
        Write(writer, vectors.Scales);
    }

    private static RoundedVectors ReadVectors(BinaryReader reader) => new(SemanticCode.MeaningLength, ReadArray<sbyte>(reader), ReadArray<float>(reader));

    private static void Write<T>(BinaryWriter writer, T[] values)
        where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static void Write<T>(BinaryWriter writer, IReadOnlyList<T> values, Action<T> write)
    {
        writer.Write(values.Count);
        foreach (var value in values)
        {
            write(value);
        }
    }

    private static T[] ReadArray<T>(BinaryReader reader)
        where T : unmanaged
    {
        var values = new T[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private static List<T> ReadList<T>(BinaryReader reader, Func<T> read)
    {
        var values = new List<T>(reader.ReadInt32());
        for (var i = values.Capacity; i > 0; i--)
        {
            values.Add(read());
        }

        return values;
    }

    private static Half[] Halves(IReadOnlyList<float> values) => [.. values.Select(value => (Half)value)];

    private static float[] Floats(Half[] values) => [.. values.Select(value => (float)value)];
}
