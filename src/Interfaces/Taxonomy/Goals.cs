namespace CooperaNet.Matching.Taxonomy;

/// <summary>The 17 Sustainable Development Goals of UN resolution A/RES/70/1, with the short names of the UN's own language versions.</summary>
public static class Goals
{
    /// <summary>The last goal's number.</summary>
    public const int Count = 17;

    /// <summary>The goal of partnerships, which a quarter of all goal tags name.</summary>
    public const int Partnerships = 17;

    private static readonly Label[] Names =
    [
        new("No Poverty", "Fin de la pobreza", "Erradicação da pobreza", "Pas de pauvreté"),
        new("Zero Hunger", "Hambre cero", "Fome zero e agricultura sustentável", "Faim « zéro »"),
        new("Good Health and Well-Being", "Salud y bienestar", "Saúde e bem-estar", "Bonne santé et bien-être"),
        new("Quality Education", "Educación de calidad", "Educação de qualidade", "Éducation de qualité"),
        new("Gender Equality", "Igualdad de género", "Igualdade de gênero", "Égalité entre les sexes"),
        new("Clean Water and Sanitation", "Agua limpia y saneamiento", "Água potável e saneamento", "Eau propre et assainissement"),
        new("Affordable and Clean Energy", "Energía asequible y no contaminante", "Energia limpa e acessível", "Énergie propre et d'un coût abordable"),
        new("Decent Work and Economic Growth", "Trabajo decente y crecimiento económico", "Trabalho decente e crescimento econômico", "Travail décent et croissance économique"),
        new("Industry, Innovation, and Infrastructure", "Industria, innovación e infraestructura", "Indústria, inovação e infraestrutura", "Industrie, innovation et infrastructure"),
        new("Reduced Inequalities", "Reducción de las desigualdades", "Redução das desigualdades", "Inégalités réduites"),
        new("Sustainable Cities and Communities", "Ciudades y comunidades sostenibles", "Cidades e comunidades sustentáveis", "Villes et communautés durables"),
        new("Responsible Consumption and Production", "Producción y consumo responsables", "Consumo e produção responsáveis", "Consommation et production responsables"),
        new("Climate Action", "Acción por el clima", "Ação contra a mudança global do clima", "Lutte contre les changements climatiques"),
        new("Life Below Water", "Vida submarina", "Vida na água", "Vie aquatique"),
        new("Life on Land", "Vida de ecosistemas terrestres", "Vida terrestre", "Vie terrestre"),
        new("Peace, Justice, and Strong Institutions", "Paz, justicia e instituciones sólidas", "Paz, justiça e instituições eficazes", "Paix, justice et institutions efficaces"),
        new("Partnerships for the Goals", "Alianzas para lograr los objetivos", "Parcerias e meios de implementação", "Partenariats pour la réalisation des objectifs"),
    ];

    /// <summary>The name of a goal, 1 to 17.</summary>
    public static Label NameOf(int goal) => Names[goal - 1];
}
