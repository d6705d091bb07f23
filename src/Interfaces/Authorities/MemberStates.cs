using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Authorities;

/// <summary>The member states whose authorities take part: a dated list, with the short names the OAS uses.</summary>
public static class MemberStates
{
    /// <summary>The date the list stands for.</summary>
    public static DateOnly AsOf { get; } = new(2022, 4, 20);

    /// <summary>ISO 3166-1 alpha-2 in upper case, and the state's short names. 34 states.</summary>
    public static IReadOnlyDictionary<string, Label> All { get; } = new Dictionary<string, Label>
    {
        ["AG"] = new("Antigua and Barbuda", "Antigua y Barbuda", "Antígua e Barbuda", "Antigua-et-Barbuda"),
        ["AR"] = new("Argentina", "Argentina", "Argentina", "Argentine"),
        ["BB"] = new("Barbados", "Barbados", "Barbados", "Barbade"),
        ["BO"] = new("Bolivia", "Bolivia", "Bolívia", "Bolivie"),
        ["BR"] = new("Brazil", "Brasil", "Brasil", "Brésil"),
        ["BS"] = new("The Bahamas", "Las Bahamas", "Bahamas", "Bahamas"),
        ["BZ"] = new("Belize", "Belize", "Belize", "Belize"),
        ["CA"] = new("Canada", "Canadá", "Canadá", "Canada"),
        ["CL"] = new("Chile", "Chile", "Chile", "Chili"),
        ["CO"] = new("Colombia", "Colombia", "Colômbia", "Colombie"),
        ["CR"] = new("Costa Rica", "Costa Rica", "Costa Rica", "Costa Rica"),
        ["DM"] = new("Dominica", "Dominica", "Dominica", "Dominique"),
        ["DO"] = new("Dominican Republic", "República Dominicana", "República Dominicana", "République dominicaine"),
        ["EC"] = new("Ecuador", "Ecuador", "Equador", "Équateur"),
        ["GD"] = new("Grenada", "Grenada", "Granada", "Grenade"),
        ["GT"] = new("Guatemala", "Guatemala", "Guatemala", "Guatemala"),
        ["GY"] = new("Guyana", "Guyana", "Guiana", "Guyana"),
        ["HN"] = new("Honduras", "Honduras", "Honduras", "Honduras"),
        ["HT"] = new("Haiti", "Haití", "Haiti", "Haïti"),
        ["JM"] = new("Jamaica", "Jamaica", "Jamaica", "Jamaïque"),
        ["KN"] = new("Saint Kitts and Nevis", "Saint Kitts y Nevis", "São Cristóvão e Névis", "Saint-Kitts-et-Nevis"),
        ["LC"] = new("Saint Lucia", "Santa Lucía", "Santa Lúcia", "Sainte-Lucie"),
        ["MX"] = new("Mexico", "México", "México", "Mexique"),
        ["NI"] = new("Nicaragua", "Nicaragua", "Nicarágua", "Nicaragua"),
        ["PA"] = new("Panama", "Panamá", "Panamá", "Panama"),
        ["PE"] = new("Peru", "Perú", "Peru", "Pérou"),
        ["PY"] = new("Paraguay", "Paraguay", "Paraguai", "Paraguay"),
        ["SR"] = new("Suriname", "Suriname", "Suriname", "Suriname"),
        ["SV"] = new("El Salvador", "El Salvador", "El Salvador", "El Salvador"),
        ["TT"] = new("Trinidad and Tobago", "Trinidad y Tobago", "Trinidad e Tobago", "Trinité-et-Tobago"),
        ["US"] = new("United States", "Estados Unidos", "Estados Unidos", "États-Unis"),
        ["UY"] = new("Uruguay", "Uruguay", "Uruguai", "Uruguay"),
        ["VC"] = new("Saint Vincent and the Grenadines", "San Vicente y las Granadinas", "São Vicente e Granadinas", "Saint-Vincent-et-les-Grenadines"),
        ["VE"] = new("Venezuela", "Venezuela", "Venezuela", "Venezuela"),
    };
}
