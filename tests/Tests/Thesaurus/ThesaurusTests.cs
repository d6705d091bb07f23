using CooperaNet.Matching.Tagging;
using CooperaNet.Matching.Taxonomy;
using CooperaNet.Matching.Trainer;

namespace CooperaNet.Matching.Tests.Thesaurus;

/// <summary>The rules that librarians keep to in data/thesaurus.</summary>
public class ThesaurusTests
{
    private const int MinConcepts = 1_200;
    private const int MaxConceptsOfTerm = 3;
    private static readonly IReadOnlyList<ConceptEntry> Concepts = ThesaurusFiles.Read(Path.Combine(Repository.Root, "data", "thesaurus"));

    [Fact]
    public void There_are_enough_concepts_each_with_an_id_of_its_own()
    {
        Assert.InRange(Concepts.Count, MinConcepts, int.MaxValue);
        Assert.Empty(Concepts.GroupBy(concept => concept.Id).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.All(Concepts, concept => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", concept.Id));
    }

    [Fact]
    public void Every_concept_has_terms_in_four_languages() =>
        Assert.Empty(Concepts.Where(concept => concept.Terms.Any(terms => terms.Count == 0 || terms.Any(term => term.Trim().Length == 0 || term != term.Trim()))).Select(concept => concept.Id));

    [Fact]
    public void No_term_stands_for_more_than_three_concepts() => Assert.Empty(Concepts
        .SelectMany(concept => concept.Terms.SelectMany((terms, language) => terms.Select(term => (Term: (language, Folded.Of(term)), concept.Id))))
        .GroupBy(entry => entry.Term, entry => entry.Id).Where(group => group.Distinct().Count() > MaxConceptsOfTerm).Select(group => group.Key));

    [Fact]
    public void Links_lead_to_concepts_and_nothing_is_broader_than_itself()
    {
        var byId = Concepts.ToDictionary(concept => concept.Id);
        Assert.Empty(Concepts.SelectMany(concept => concept.Broader.Concat(concept.Related).Where(id => !byId.ContainsKey(id)).Select(id => $"{concept.Id} -> {id}")));

        bool Reaches(string from, string wanted, int depth) => depth > 20 || byId[from].Broader.Any(id => id == wanted || Reaches(id, wanted, depth + 1));
        Assert.Empty(Concepts.Where(concept => Reaches(concept.Id, concept.Id, 0)).Select(concept => concept.Id));
    }

    [Fact]
    public void All_goals_and_areas_are_spoken_for_and_no_others()
    {
        Assert.Equal(Enumerable.Range(1, Goals.Count), Concepts.SelectMany(concept => concept.Goals).Distinct().Order());
        Assert.Equal(AreaCodes.All.Order(StringComparer.Ordinal), Concepts.SelectMany(concept => concept.Areas).Distinct().Order(StringComparer.Ordinal));
        Assert.All(Concepts.SelectMany(concept => concept.Targets), target => Assert.Matches(@"^(1[0-7]|[1-9])\.([0-9]{1,2}|[a-d])$", target));
    }

    [Fact]
    public void The_named_areas_are_those_of_the_exchange() =>
        Assert.Equal(AreasOfFocus.All.Select(area => area.Key).Order(StringComparer.Ordinal), Enumerable.Range(0, AreaCodes.All.Count).Select(AreaCodes.AreaOf).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_export_is_SKOS_with_every_concept_and_label()
    {
        var document = Skos.Export(Concepts);

        Assert.Equal(Concepts.Count, document.Descendants().Count(element => element.Name.LocalName == "Concept"));
        Assert.Equal(4 * Concepts.Count, document.Descendants().Count(element => element.Name.LocalName == "prefLabel"));
        Assert.Equal(Concepts.Sum(concept => concept.Terms.Sum(terms => terms.Count - 1)), document.Descendants().Count(element => element.Name.LocalName == "altLabel"));
    }
}
