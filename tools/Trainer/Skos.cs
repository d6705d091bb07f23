using System.Xml.Linq;
using CooperaNet.Matching.Languages;

namespace CooperaNet.Matching.Trainer;

/// <summary>Writes the thesaurus as SKOS, in RDF/XML.</summary>
/// <remarks>Source: W3C, <i>SKOS Simple Knowledge Organization System Reference</i> (2009).</remarks>
internal static class Skos
{
    private static readonly XNamespace Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private static readonly XNamespace SkosCore = "http://www.w3.org/2004/02/skos/core#";
    private static readonly XNamespace Own = "https://cooperanet.oas.org/thesaurus#";

    public static XDocument Export(IReadOnlyList<ConceptEntry> concepts) => new(new XElement(
        Rdf + "RDF",
        new XAttribute(XNamespace.Xmlns + "rdf", Rdf), new XAttribute(XNamespace.Xmlns + "skos", SkosCore), new XAttribute(XNamespace.Xmlns + "cooperanet", Own),
        new XElement(SkosCore + "ConceptScheme", About("scheme")),
        concepts.Select(ToElement)));

    private static XElement ToElement(ConceptEntry concept) => new(
        SkosCore + "Concept",
        About(concept.Id),
        Link("inScheme", "scheme"),
        concept.Terms.SelectMany((terms, language) => terms.Select((term, place) => new XElement(
            SkosCore + (place == 0 ? "prefLabel" : "altLabel"), new XAttribute(XNamespace.Xml + "lang", LanguageDetector.Languages[language]), term))),
        concept.Broader.Select(id => Link("broader", id)),
        concept.Related.Select(id => Link("related", id)),
        concept.Areas.Select(area => new XElement(Own + "area", area)),
        concept.Goals.Select(goal => new XElement(Own + "goal", goal)),
        concept.Targets.Select(target => new XElement(Own + "target", target)));

    private static XAttribute About(string id) => new(Rdf + "about", Own.NamespaceName + id);

    private static XElement Link(string name, string id) => new(SkosCore + name, new XAttribute(Rdf + "resource", Own.NamespaceName + id));
}
