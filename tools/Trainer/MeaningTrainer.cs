using CooperaNet.Matching.Analysis;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Meaning;
using CooperaNet.Matching.Thesauri;
using CooperaNet.Matching.Training;
using Microsoft.ML;

namespace CooperaNet.Matching.Trainer;

/// <summary>Learns what words and phrases mean from texts in several languages.</summary>
/// <param name="ml">The ML.NET context.</param>
/// <param name="vocabulary">The stems.</param>
/// <param name="thesaurus">Whose terms of several words are the phrases.</param>
/// <param name="ids">The vocabulary's id of each training term; -1 without.</param>
/// <param name="fromThesaurus">Training terms that get a vector however rare they are.</param>
internal sealed class MeaningTrainer(MLContext ml, Vocabulary vocabulary, Thesaurus thesaurus, int[] ids, IReadOnlySet<int> fromThesaurus)
{
    private const int MinDocuments = 3;

    /// <summary>Learns from rows.</summary>
    /// <param name="bags">The rows' terms.</param>
    /// <param name="texts">The same rows' texts, word by word.</param>
    public (WordVectors Words, PhraseVectors Phrases) Learn(IReadOnlyList<ParallelTerms> bags, IReadOnlyList<IReadOnlyList<int[]>> texts)
    {
        var documents = new int[vocabulary.Count];
        foreach (var term in bags.SelectMany(bag => Terms(bag).Distinct()))
        {
            documents[term]++;
        }

        var named = fromThesaurus.Select(term => ids[term]).ToHashSet();
        bool[] has = [.. documents.Select((count, term) => count >= MinDocuments || named.Contains(term))];
        var (places, words) = Number(has);
        var found = texts.Select(Phrases).ToList();
        var phrases = new int[thesaurus.Concepts.Count];
        foreach (var concept in found.SelectMany(concepts => concepts.Keys))
        {
            phrases[concept]++;
        }

        float[] idf = [.. phrases.Select(count => count == 0 ? 0 : MathF.Log((bags.Count + 1f) / count))];
        var (phrasePlaces, phraseCount) = Number([.. idf.Select(value => value > 0)]);
        var rows = bags.Zip(found, (bag, concepts) => Weigh(
            [
                .. Terms(bag).Where(id => has[id]).CountBy(id => id).Select(pair => (Place: places[pair.Key], pair.Value, vocabulary.IdfOf(pair.Key))),
                .. concepts.Select(pair => (words + phrasePlaces[pair.Key], pair.Value, idf[pair.Key])),
            ],
            bag.Weight)).Where(row => row.Ids.Length > 0).ToList();
        var vectors = VectorLearner.Learn(ml, rows, words + phraseCount, SemanticCode.MeaningLength).AsSpan();
        return (
            new(vocabulary, has, RoundedVectors.Of(vectors[..(words * SemanticCode.MeaningLength)], SemanticCode.MeaningLength)),
            new(idf, RoundedVectors.Of(vectors[(words * SemanticCode.MeaningLength)..], SemanticCode.MeaningLength)));
    }

    private static (int[] Places, int Count) Number(bool[] has)
    {
        var (places, next) = (new int[has.Length], 0);
        for (var i = 0; i < has.Length; i++)
        {
            places[i] = has[i] ? next++ : -1;
        }

        return (places, next);
    }

    private static (int[] Ids, float[] Weights) Weigh(List<(int Place, int Count, float Idf)> counts, float weight)
    {
        counts.Sort();
        var weights = counts.ConvertAll(feature => (1 + MathF.Log(feature.Count)) * feature.Idf);
        var norm = MathF.Sqrt(weights.Sum(value => value * value)) / weight;
        return ([.. counts.Select(feature => feature.Place)], [.. weights.Select(value => value / norm)]);
    }

    private IEnumerable<int> Terms(ParallelTerms bag) => bag.Terms.SelectMany(terms => terms).Select(term => ids[term]).Where(id => id >= 0);

    /// <summary>The concepts that a row names with several words, and how often.</summary>
    private Dictionary<int, int> Phrases(IReadOnlyList<int[]> row)
    {
        var mentions = new List<ConceptMention>();
        foreach (var text in row)
        {
            thesaurus.Find([.. text.Select(term => ids[term])], mentions);
        }

        return mentions.Where(mention => mention.Length > 1).CountBy(mention => mention.Concept).ToDictionary();
    }
}
