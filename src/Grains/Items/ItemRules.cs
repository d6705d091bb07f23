using System.Text.RegularExpressions;
using CooperaNet.Matching.Taxonomy;

namespace CooperaNet.Matching.Items;

/// <summary>The limits of an item's content. Pure.</summary>
internal static partial class ItemRules
{
    private const int MaxTitle = 200;
    private const int MinTitle = 5;
    private const int MaxSummary = 10_000;
    private const int MaxEntries = 20;
    private const int MaxLine = 200;
    private const int MaxLink = 2_000;

    /// <summary>Checks everything and reports every broken rule at once, fields prefixed with offer or need.</summary>
    /// <exception cref="MatchingException">Invalid, with one violation a field.</exception>
    public static void Check(ItemContent content, ItemKind kind)
    {
        var violations = Violations(content, kind).ToList();
        if (violations.Count > 0)
        {
            var prefix = kind == ItemKind.Offer ? "offer" : "need";
            throw MatchingException.Invalid([.. violations.Select(violation => violation with { Field = $"{prefix}.{violation.Field}" })]);
        }
    }

    private static IEnumerable<FieldViolation> Violations(ItemContent content, ItemKind kind) =>
        Text("title", content.Title, MinTitle, MaxTitle, lines: false)
        .Concat(Text("summary", content.Summary, 0, MaxSummary, lines: true))
        .Concat(Language("languageCode", content.LanguageCode, mayBeEmpty: true))
        .Concat(content.Translations.Count > MaxEntries ? [new("translations", $"{content.Translations.Count} translations; at most {MaxEntries} are allowed.")]
            : content.Translations.SelectMany((translation, i) => Translation($"translations[{i}]", translation)))
        .Concat(Repeated("translations", content.Translations.Select(translation => translation.LanguageCode)))
        .Concat(content.AreasOfFocus.Where(area => AreasOfFocus.PositionOf(area) < 0).Select(area => new FieldViolation(
            "areasOfFocus", $"'{ResourceId.Excerpt(area)}' is not an area of focus; areas are {string.Join(", ", AreasOfFocus.All.Select(known => known.Key))}.")))
        .Concat(Repeated("areasOfFocus", content.AreasOfFocus))
        .Concat(content.Goals.Where(goal => goal is < 1 or > Goals.Count).Select(goal => new FieldViolation("goals", $"{goal} is not a goal; goals are 1 to {Goals.Count}.")))
        .Concat(Repeated("goals", content.Goals))
        .Concat(!Enum.IsDefined(content.Maturity) ? [new("maturity", $"{(int)content.Maturity} is not a maturity.")]
            : kind == ItemKind.Need && content.Maturity != Maturity.Unspecified ? [new("maturity", "only an offer has a maturity.")] : [])
        .Concat(Text("responsibleInstitution", content.ResponsibleInstitution, 0, MaxLine, lines: false))
        .Concat(content.Modalities.Count > MaxEntries ? [new("modalities", $"{content.Modalities.Count} modalities; at most {MaxEntries} are allowed.")]
            : content.Modalities.SelectMany((modality, i) => Text($"modalities[{i}]", modality, 1, 100, lines: false)))
        .Concat(Text("dcfProject", content.DcfProject, 0, MaxLine, lines: false))
        .Concat(kind == ItemKind.Offer && content.DcfProject.Length > 0 ? [new("dcfProject", "only a need comes from a DCF project.")] : [])
        .Concat(content.Links.Count > MaxEntries ? [new("links", $"{content.Links.Count} links; at most {MaxEntries} are allowed.")]
            : content.Links.Where(link => !IsLink(link)).Select(link => new FieldViolation("links", $"'{ResourceId.Excerpt(link)}' is not an absolute http or https address of at most {MaxLink} characters.")))
        .Concat(Text("sourceReference", content.SourceReference, 0, 100, lines: false));

    private static IEnumerable<FieldViolation> Translation(string field, Translation translation) =>
        Language($"{field}.languageCode", translation.LanguageCode, mayBeEmpty: false)
            .Concat(Text($"{field}.title", translation.Title, MinTitle, MaxTitle, lines: false))
            .Concat(Text($"{field}.summary", translation.Summary, 0, MaxSummary, lines: true));

    private static IEnumerable<FieldViolation> Text(string field, string text, int min, int max, bool lines)
    {
        if (text.Length > max || text.Trim().Length < min)
        {
            yield return new(field, $"{text.Length} characters; {(min > 0 ? $"{min} to {max}" : $"at most {max}")} are allowed.");
        }
        else if (text.Any(c => char.IsControl(c) && !(lines && (c is '\n' or '\r' or '\t'))))
        {
            yield return new(field, $"contains the control character U+{(int)text.First(c => char.IsControl(c) && !(lines && (c is '\n' or '\r' or '\t'))):X4}.");
        }
        else if (!IsWellFormed(text))
        {
            yield return new(field, "contains half of a surrogate pair.");
        }
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<FieldViolation> Language(string field, string code, bool mayBeEmpty) =>
        (mayBeEmpty && code.Length == 0) || LanguageTag().IsMatch(code) ? [] : [new(field, $"'{ResourceId.Excerpt(code)}' is not a BCP-47 language tag such as es or pt-BR.")];

    private static IEnumerable<FieldViolation> Repeated<T>(string field, IEnumerable<T> values) =>
        values.GroupBy(value => value).Where(group => group.Count() > 1).Select(group => new FieldViolation(field, $"'{ResourceId.Excerpt(group.Key?.ToString() ?? "")}' stands more than once."));

    private static bool IsLink(string link) => link.Length <= MaxLink && Uri.TryCreate(link, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https");

    [GeneratedRegex(@"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LanguageTag();
}
