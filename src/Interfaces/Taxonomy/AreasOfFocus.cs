namespace CooperaNet.Matching.Taxonomy;

/// <summary>The 11 areas of focus, after the mandates of the member states, in the Secretariat's order.</summary>
public static class AreasOfFocus
{
    /// <summary>The area that says least.</summary>
    public const string Other = "other";

    /// <summary>Slugs and names in the order of the Secretariat's table.</summary>
    public static IReadOnlyList<KeyValuePair<string, Label>> All { get; } =
    [
        new("education-and-human-development", new("Education and Human Development", "Educación y Desarrollo Humano", "Educação e Desenvolvimento Humano", "Éducation et développement humain")),
        new("economic-development-and-competitiveness", new("Economic Development and Competitiveness", "Desarrollo Económico y Competitividad", "Desenvolvimento Econômico e Competitividade", "Développement économique et compétitivité")),
        new("small-and-medium-enterprises", new("Small and Medium Enterprises (SMEs)", "Pequeñas y Medianas Empresas (PYME)", "Pequenas e Médias Empresas (PME)", "Petites et moyennes entreprises (PME)")),
        new("research-and-development", new("Research and Development", "Investigación y Desarrollo", "Pesquisa e Desenvolvimento", "Recherche et développement")),
        new("innovation-and-technology", new("Innovation and Technology", "Innovación y Tecnología", "Inovação e Tecnologia", "Innovation et technologie")),
        new("sustainable-tourism-development", new("Sustainable Tourism Development", "Desarrollo del Turismo Sostenible", "Desenvolvimento do Turismo Sustentável", "Développement du tourisme durable")),
        new("sustainable-development-and-environment", new("Sustainable Development and Environment", "Desarrollo Sostenible y Medio Ambiente", "Desenvolvimento Sustentável e Meio Ambiente", "Développement durable et environnement")),
        new("social-development", new("Social Development", "Desarrollo Social", "Desenvolvimento Social", "Développement social")),
        new("productive-employment", new("Productive Employment", "Empleo Productivo", "Emprego Produtivo", "Emploi productif")),
        new("culture", new("Culture", "Cultura", "Cultura", "Culture")),
        new(Other, new("Other", "Otros", "Outros", "Autres")),
    ];

    private static readonly Dictionary<string, int> Positions = All.Select((area, i) => (area.Key, i)).ToDictionary();

    /// <summary>The place of a slug in <see cref="All"/>, 0 to 10; -1 for an unknown one.</summary>
    public static int PositionOf(string slug) => Positions.GetValueOrDefault(slug, -1);
}
