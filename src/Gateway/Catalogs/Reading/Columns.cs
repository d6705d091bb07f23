using System.Collections.Frozen;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Gateway.Catalogs.Reading;

/// <summary>Which column of a file feeds which field: as told, otherwise by the usual names in four languages.</summary>
internal sealed class Columns
{
    private static readonly (string Field, string[] Names)[] Usual =
    [
        ("sourceReference", ["source reference", "reference", "code", "id", "no", "number", "referencia", "código", "cod", "codigo proyecto", "código del proyecto", "n°", "nº", "nro", "número", "référence", "numéro", "referência"]),
        ("item", []),
        ("kind", ["kind", "offer or need", "tipo de registro", "oferta o necesidad", "oferta / necesidad"]),
        ("title", ["title", "name", "project title", "project", "título", "nombre", "proyecto", "título del proyecto", "nombre del proyecto", "nombre de la iniciativa", "titre", "intitulé", "nom", "projeto", "nome"]),
        ("summary", ["summary", "description", "abstract", "objective", "resumen", "descripción", "objetivo", "descripción del proyecto", "résumé", "resumo", "descrição"]),
        ("languageCode", ["language", "language code", "idioma", "lengua", "langue"]),
        ("areasOfFocus", ["areas of focus", "area of focus", "area", "areas", "sector", "área", "áreas", "áreas de enfoque", "área temática", "área de acción", "áreas de ação", "domaine", "domaines"]),
        ("goals", ["goals", "goal", "sdg", "sdgs", "ods", "odd", "objetivos de desarrollo sostenible", "ods vinculado", "ods principal", "objectifs de développement durable"]),
        ("maturity", ["maturity", "status", "estado", "situación", "etapa", "madurez", "estágio", "maturité", "statut"]),
        ("responsibleInstitution", ["responsible institution", "institution", "institución", "institución responsable", "entidad", "entidad ejecutora", "organismo", "organismo responsable", "instituição", "instituição responsável", "institution responsable"]),
        ("modalities", ["modalities", "modality", "modalidad", "modalidades", "modalidad de cooperación", "modalité", "modalités", "modalidade"]),
        ("dcfProject", ["dcf project", "proyecto fcd", "proyecto dcf", "dcf"]),
        ("links", ["links", "link", "url", "web", "website", "enlace", "enlaces", "página web", "sitio web", "lien", "liens"]),
        ("expireTime", ["expire time", "expires", "valid until", "vigencia", "válido hasta", "fecha de vencimiento", "valable jusqu'au", "válido até"]),
    ];

    private static readonly FrozenDictionary<string, string> Fields =
        Usual.SelectMany(entry => entry.Names.Append(entry.Field).Select(name => (Name: Folded.Of(name), entry.Field))).DistinctBy(entry => entry.Name).ToFrozenDictionary(entry => entry.Name, entry => entry.Field);

    /// <summary>Fields that a column can feed.</summary>
    public static IReadOnlyList<string> KnownFields { get; } = [.. Usual.Select(entry => entry.Field)];

    /// <summary>What is said of a mapping that names something else.</summary>
    public static string UnknownField(string field) => $"'{ResourceId.Excerpt(field)}' is not a field; fields are {string.Join(", ", KnownFields)}.";

    private readonly Dictionary<string, int> positions = new(StringComparer.Ordinal);

    /// <param name="header">The file's columns.</param>
    /// <param name="mapping">Field to column, as told.</param>
    /// <exception cref="CatalogFormatException">A told column is missing, or there is none for the title or the reference.</exception>
    public Columns(IReadOnlyList<string> header, IReadOnlyDictionary<string, string> mapping)
    {
        Header = header;
        var listed = string.Join(", ", header.Take(40).Select(column => $"'{ResourceId.Excerpt(column)}'"));
        foreach (var (field, column) in mapping)
        {
            if (!KnownFields.Contains(field))
            {
                throw new CatalogFormatException($"mapping: {UnknownField(field)}");
            }

            var position = Enumerable.Range(0, header.Count).FirstOrDefault(i => Folded.Of(header[i]) == Folded.Of(column), -1);
            positions[field] = position >= 0 ? position : throw new CatalogFormatException($"mapping: the file has no column '{ResourceId.Excerpt(column)}' for {field}; it has {listed}.");
        }

        for (var i = 0; i < header.Count; i++)
        {
            if (!positions.ContainsValue(i) && Fields.TryGetValue(Folded.Of(header[i]), out var field))
            {
                positions.TryAdd(field, i);
            }
        }

        for (var i = 0; i < header.Count; i++) // "Título de la iniciativa": a usual name and more
        {
            var name = Folded.Of(header[i]);
            if (!positions.ContainsValue(i) && Fields.Keys.Where(usual => usual.Length > 2 && name.StartsWith(usual + " ", StringComparison.Ordinal)).MaxBy(usual => usual.Length) is { } beginning)
            {
                positions.TryAdd(Fields[beginning], i);
            }
        }

        foreach (var required in (string[])["title", "sourceReference"])
        {
            if (!positions.ContainsKey(required) && !(required == "sourceReference" && positions.ContainsKey("item")))
            {
                throw new CatalogFormatException($"The file has no column that is known as {required}; it has {listed}. Name it with a mapping, for example {required}={ResourceId.Excerpt(header[0])}.");
            }
        }
    }

    /// <summary>The columns of the file.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>Field to column.</summary>
    public IReadOnlyDictionary<string, string> Mapping => positions.ToDictionary(pair => pair.Key, pair => Header[pair.Value]);

    /// <summary>The fields of items that have a column.</summary>
    public Matching.Items.ItemFields ItemFields => positions.Keys.Aggregate(Matching.Items.ItemFields.None, (fields, name) => fields | (Enum.TryParse<Matching.Items.ItemFields>(name, ignoreCase: true, out var one) ? one : Matching.Items.ItemFields.None));

    /// <summary>Columns that no field takes.</summary>
    public IEnumerable<string> Ignored => Header.Where((_, i) => !positions.ContainsValue(i));

    /// <summary>The cell of a field; empty when the file has no such column or the row ends before it.</summary>
    public string Cell(IReadOnlyList<string> row, string field) => positions.TryGetValue(field, out var i) && i < row.Count ? row[i] : "";
}
