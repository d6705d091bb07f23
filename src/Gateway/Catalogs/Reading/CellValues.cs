using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Gateway.Catalogs.Reading;

/// <summary>What people write into cells: goals and areas by number, code or name, in four languages.</summary>
/// <param name="told">A value of the file to what it means; folded before it is looked up.</param>
internal sealed partial class CellValues(IReadOnlyDictionary<string, string> told)
{
    /// <summary>No goal is written in more characters; matching longer ones would take the square of their length.</summary>
    private const int MaxGoal = 300;

    private static readonly FrozenDictionary<string, string> Areas = AreasOfFocus.All
        .SelectMany(area => Label.Languages.Select(area.Value.In).Append(area.Key).Select(name => (Name: Folded.Of(name), area.Key)))
        .Concat(AreasOfFocus.All.SelectMany(area => Label.Languages.Select(language => (Name: Folded.Of(Parenthesis().Replace(area.Value.In(language), "")), area.Key))))
        .Concat([("other areas", "other"), ("otro", "other"), ("otras", "other"), ("otras areas", "other"), ("outras areas", "other"), ("autre", "other"), ("mipymes", "small-and-medium-enterprises"), ("pymes", "small-and-medium-enterprises"), ("pyme", "small-and-medium-enterprises"), ("turismo", "sustainable-tourism-development"), ("medio ambiente", "sustainable-development-and-environment")])
        .DistinctBy(entry => entry.Item1).ToFrozenDictionary(entry => entry.Item1, entry => entry.Item2);

    private static readonly FrozenDictionary<string, int> GoalNames = Enumerable.Range(1, Goals.Count)
        .SelectMany(goal => Label.Languages.Select(language => (Name: Folded.Of(Goals.NameOf(goal).In(language)), goal)))
        .DistinctBy(entry => entry.Name).ToFrozenDictionary(entry => entry.Name, entry => entry.goal);

    private static readonly FrozenDictionary<string, Maturity> Maturities = new (string Name, Maturity Maturity)[]
    {
        ("available assistance", Maturity.AvailableAssistance), ("available", Maturity.AvailableAssistance), ("asistencia disponible", Maturity.AvailableAssistance), ("disponible", Maturity.AvailableAssistance), ("disponivel", Maturity.AvailableAssistance), ("oferta", Maturity.AvailableAssistance),
        ("in execution", Maturity.InExecution), ("ongoing", Maturity.InExecution), ("en ejecucion", Maturity.InExecution), ("en curso", Maturity.InExecution), ("em execucao", Maturity.InExecution), ("en cours", Maturity.InExecution), ("en cours d execution", Maturity.InExecution),
        ("concluded good practice", Maturity.ConcludedGoodPractice), ("concluded", Maturity.ConcludedGoodPractice), ("good practice", Maturity.ConcludedGoodPractice), ("concluido", Maturity.ConcludedGoodPractice), ("concluida", Maturity.ConcludedGoodPractice), ("finalizado", Maturity.ConcludedGoodPractice), ("finalizada", Maturity.ConcludedGoodPractice), ("buena practica", Maturity.ConcludedGoodPractice), ("boa pratica", Maturity.ConcludedGoodPractice), ("bonne pratique", Maturity.ConcludedGoodPractice), ("termine", Maturity.ConcludedGoodPractice),
    }.ToFrozenDictionary(entry => entry.Name, entry => entry.Maturity);

    private static readonly FrozenDictionary<string, string> LanguageNames = new (string Name, string Code)[]
    {
        ("english", "en"), ("ingles", "en"), ("anglais", "en"), ("spanish", "es"), ("espanol", "es"), ("castellano", "es"), ("espanhol", "es"), ("espagnol", "es"),
        ("portuguese", "pt"), ("portugues", "pt"), ("portugais", "pt"), ("french", "fr"), ("frances", "fr"), ("francais", "fr"),
    }.ToFrozenDictionary(entry => entry.Name, entry => entry.Code);

    private readonly FrozenDictionary<string, string> told = told.ToFrozenDictionary(pair => Folded.Of(pair.Key), pair => pair.Value);

    /// <summary>Goals of a cell, each once: "6", "ODS 6", "SDG 6: Clean Water", "6.1" and "Agua limpia y saneamiento" all mean goal 6.</summary>
    public IReadOnlyList<int> ToGoals(string cell, ICollection<FieldViolation> errors) =>
        [.. Read<int>(cell, "goals", part => GoalOf(part) is > 0 and var goal ? goal : null, "is not a goal; write 6, ODS 6, 6.1 or its name", errors).Distinct()];

    /// <summary>Areas of focus of a cell, each once, as slugs.</summary>
    public IReadOnlyList<string> ToAreas(string cell, ICollection<FieldViolation> errors)
    {
        const string Complaint = "is not an area of focus; write its name in English, Spanish, Portuguese or French, or give a value mapping";
        return [.. Read<AreaSlug>(cell, "areasOfFocus", part => Areas.TryGetValue(Folded.Of(Told(part)), out var slug) ? new AreaSlug(slug) : null, Complaint, errors).Select(area => area.Slug).Distinct()];
    }

    /// <summary>The maturity of a cell; unspecified when empty.</summary>
    public Maturity ToMaturity(string cell, ICollection<FieldViolation> errors) =>
        One<Maturity>(cell, "maturity", text => Maturities.TryGetValue(Folded.Of(text), out var maturity) ? maturity : null, "is not a maturity; write available assistance, in execution or concluded good practice", errors) ?? Maturity.Unspecified;

    /// <summary>Offer or need; null when the cell is empty.</summary>
    public ItemKind? ToKind(string cell, ICollection<FieldViolation> errors) => One<ItemKind>(
        cell, "kind",
        text => Folded.Of(text) switch { "offer" or "oferta" or "offre" => ItemKind.Offer, "need" or "necesidad" or "necessidade" or "besoin" => ItemKind.Need, _ => null },
        "is not a kind; write OFFER or NEED", errors);

    /// <summary>A moment, or the end of a day; null when the cell is empty.</summary>
    public DateTimeOffset? ToTime(string cell, ICollection<FieldViolation> errors) => One<DateTimeOffset>(
        cell, "expireTime",
        text => DateTimeOffset.TryParseExact(text, (string[])["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
        "is not a date such as 2027-12-31", errors);

    /// <summary>A language tag; a language's name in one of four languages is understood.</summary>
    public string ToLanguage(string cell) => LanguageNames.GetValueOrDefault(Folded.Of(Told(cell)), Told(cell));

    /// <summary>The entries of a list: its lines, or what stands between semicolons and bars when it has one line only.</summary>
    public static IReadOnlyList<string> ToList(string cell) => cell.Split(cell.Contains('\n', StringComparison.Ordinal) ? ['\n'] : [';', '|']).Select(part => part.Trim()).Where(part => part.Length > 0).ToList();

    /// <summary>What <see cref="ToList"/> reads back.</summary>
    public static string FromList(IReadOnlyList<string> entries) =>
        entries.Any(entry => entry.AsSpan().IndexOfAny(';', '|') >= 0) ? string.Join('\n', entries) + '\n' : string.Join("; ", entries);

    private string Told(string text) => told.GetValueOrDefault(Folded.Of(text), text).Trim();

    private int GoalOf(string text)
    {
        var value = Told(text);
        if (value.Length > MaxGoal)
        {
            return 0;
        }

        var named = GoalNumber().Match(value);
        return named.Success && int.Parse(named.Groups[1].Value, CultureInfo.InvariantCulture) is >= 1 and <= Goals.Count and var goal ? goal : GoalNames.GetValueOrDefault(Folded.Of(value));
    }

    private T? One<T>(string cell, string field, Func<string, T?> read, string complaint, ICollection<FieldViolation> errors)
        where T : struct
    {
        var text = Told(cell);
        if (text.Length == 0)
        {
            return null;
        }

        if (read(text) is { } value)
        {
            return value;
        }

        errors.Add(new(field, $"'{ResourceId.Excerpt(text)}' {complaint}."));
        return null;
    }

    /// <summary>Reads the whole cell as one value; otherwise its parts between semicolons, bars, strokes or line breaks; otherwise between commas, blanks and "and".</summary>
    private static IEnumerable<T> Read<T>(string cell, string field, Func<string, T?> read, string complaint, ICollection<FieldViolation> errors)
        where T : struct
    {
        foreach (var part in Split(cell, read, Separator()))
        {
            foreach (var word in Split(part, read, Comma()))
            {
                if (read(word) is { } value)
                {
                    yield return value;
                }
                else
                {
                    errors.Add(new(field, $"'{ResourceId.Excerpt(word)}' {complaint}."));
                }
            }
        }
    }

    private static IEnumerable<string> Split<T>(string text, Func<string, T?> read, Regex separator)
        where T : struct => text.Trim().Length == 0 ? [] : read(text) is not null ? [text] : separator.Split(text).Select(part => part.Trim()).Where(part => part.Length > 0);

    private readonly record struct AreaSlug(string Slug);

    [GeneratedRegex(@"[;|/\r\n]", RegexOptions.CultureInvariant)]
    private static partial Regex Separator();

    [GeneratedRegex(@",|&|(?<=\d)\s+(?:y|e|and|et)\s+|(?<=\d)\s+(?=\d)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Comma();

    [GeneratedRegex(@"\s*\([^)]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Parenthesis();

    /// <summary>An optional "ODS" or the like, the number, an optional target's digits, and an optional name without digits.</summary>
    [GeneratedRegex(@"^(?:(?:ods|sdg|odd|goal|objetivo|objectif|meta|target)\s*(?:n[°ºo]\.?\s*)?[:.#-]?\s*)?0?(\d{1,2})(?:\.[0-9a-z]{1,2})*\.?(?:[\s:.–-][^\d]*)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex GoalNumber();
}
