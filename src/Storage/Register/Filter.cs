using System.Globalization;
using CooperaNet.Matching.Storage;
using CooperaNet.Matching.Taxonomy;
using Dapper;
using Superpower;
using Superpower.Model;
using Superpower.Parsers;

namespace CooperaNet.Matching.Register;

/// <summary>
/// An AIP-160 filter over items, turned into a parameterised condition on the register (alias r).
/// Fields: state, kind, area, goal, language, country, authority, maturity, sourceReference, title, createTime, updateTime,
/// confirmTime, expireTime. Operators: = != &lt; &lt;= &gt; &gt;= and : (has). AND, OR, NOT, - and parentheses;
/// a bare word or quoted phrase must occur in title or summary, accents and case ignored. OR binds tighter than AND.
/// </summary>
/// <remarks>Source: google.aip.dev/160.</remarks>
internal static class Filter
{
    private const int MaxLength = 2_000;
    private const int MaxDepth = 20;
    private const string TextFunction = "holds(";

    private static readonly TextParser<string> Quoted =
        from open in Character.EqualTo('"')
        from text in Character.EqualTo('\\').IgnoreThen(Character.AnyChar).Or(Character.ExceptIn('"', '\\')).Many()
        from close in Character.EqualTo('"')
        select new string(text);

    private static readonly TextParser<string> Word =
        Span.MatchedBy(Character.Matching(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '/' or '+' or '*', "a word")
            .IgnoreThen(Character.Matching(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '/' or '+' or '*' or '-', "a word").Many()))
            .Select(span => span.ToStringValue());

    private static readonly TextParser<string> Operator =
        Span.EqualTo("!=").Or(Span.EqualTo("<=").Try()).Or(Span.EqualTo(">=").Try()).Or(Span.EqualTo("<")).Or(Span.EqualTo(">"))
            .Or(Span.EqualTo("=")).Or(Span.EqualTo(":")).Select(span => span.ToStringValue());

    /// <summary>Reads a filter and returns the SQL condition; its values go into <paramref name="parameters"/>.</summary>
    /// <exception cref="MatchingException">Invalid, naming <c>filter</c> and the position or value at fault.</exception>
    public static string ToSql(string filter, DynamicParameters parameters, Dialect sql)
    {
        if (string.IsNullOrWhiteSpace(filter))
        {
            return "TRUE";
        }

        if (filter.Length > MaxLength)
        {
            throw Refuse($"has {filter.Length} characters, at most {MaxLength} are allowed.");
        }

        if (filter.Contains('\0', StringComparison.Ordinal))
        {
            throw Refuse("contains the character U+0000.");
        }

        if (filter.Count(c => c == '(') > MaxDepth)
        {
            throw Refuse($"has more than {MaxDepth} opening parentheses.");
        }

        var parsed = Grammar(parameters, sql).TryParse(filter);
        return parsed.HasValue ? parsed.Value : throw Refuse($"cannot be read at position {parsed.ErrorPosition.Column}: {parsed.FormatErrorMessageFragment()}.");
    }

    private static TextParser<string> Grammar(DynamicParameters parameters, Dialect sql)
    {
        var expression = default(TextParser<string>)!;
        var restriction =
            from name in Quoted.Select(text => (text, quoted: true)).Or(Word.Select(text => (text, quoted: false)))
            from rest in (from op in Spaced(Operator) from value in Quoted.Or(Word) select (op, value)).Try().OptionalOrDefault()
            select rest.op is null ? Holding(name.text, parameters, sql) : Restriction(name.text, rest.op, rest.value, parameters, sql);
        var simple = Spaced(Character.EqualTo('(')).IgnoreThen(Superpower.Parse.Ref(() => expression)).Then(inner => Spaced(Character.EqualTo(')')).Value($"({inner})"))
            .Or(restriction);
        var term = Keyword("NOT").Or(Character.EqualTo('-').Value(Unit.Value)).IgnoreThen(simple).Select(inner => $"NOT {inner}").Try().Or(simple);
        var factor = Spaced(term).ManyDelimitedBy(Keyword("OR").Try()).Where(terms => terms.Length > 0).Select(terms => $"({string.Join(" OR ", terms)})");
        expression = Spaced(factor).Then(first => Keyword("AND").OptionalOrDefault().IgnoreThen(Spaced(factor)).Try().Many().Select(more => string.Join(" AND ", more.Prepend(first))));
        return expression.AtEnd();
    }

    /// <summary>Whether a condition reads the items' texts, which no index helps with.</summary>
    public static bool ReadsTexts(string sql) => sql.Contains(TextFunction, StringComparison.Ordinal);

    private static TextParser<T> Spaced<T>(TextParser<T> parser) => Character.WhiteSpace.Many().IgnoreThen(parser).Then(value => Character.WhiteSpace.Many().Value(value));

    private static TextParser<Unit> Keyword(string word) => Spaced(Span.EqualTo(word).Then(_ => Character.WhiteSpace.AtLeastOnce())).Value(Unit.Value).Try();

    private static string Holding(string text, DynamicParameters parameters, Dialect sql) =>
        text is "AND" or "OR" or "NOT" ? throw Refuse($"has '{text}' where a condition should stand.") : $"r.id IN (SELECT id FROM OrleansStorage WHERE Id = r.id AND {TextFunction}PayloadBinary, {Add(parameters, sql.Words(text))}))";

    private static string Restriction(string field, string op, string value, DynamicParameters parameters, Dialect sql) => field switch
    {
        "state" => Equal("r.state", op, field, OneOf(field, value, "DRAFT", "PUBLISHED", "WITHDRAWN"), parameters),
        "kind" => Equal("r.kind", op, field, OneOf(field, value, "OFFER", "NEED").ToLowerInvariant(), parameters),
        "maturity" => Equal("r.maturity", op, field, OneOf(field, value, "AVAILABLE_ASSISTANCE", "IN_EXECUTION", "CONCLUDED_GOOD_PRACTICE", "UNSPECIFIED"), parameters),
        "language" or "languageCode" or "language_code" => Equal("r.language", op, field, value, parameters),
        "country" => Equal("r.country", op, field, value.ToUpperInvariant(), parameters),
        "authority" or "parent" => Equal("r.parent", op, field, value.Contains('/', StringComparison.Ordinal) ? value : $"authorities/{value.ToLowerInvariant()}", parameters),
        "sourceReference" or "source_reference" => Equal("r.source_reference", op, field, value, parameters),
        "title" => op == ":" ? sql.Like("r.title", Add(parameters, $"%{value}%")) : Equal("r.title", op, field, value, parameters),
        "area" or "areasOfFocus" or "areas_of_focus" => Tag("area", op, field, AreasOfFocus.PositionOf(value) >= 0 ? value : throw Refuse($"names the unknown area of focus '{ResourceId.Excerpt(value)}'."), parameters),
        "goal" or "goals" => Tag("goal", op, field, int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var goal) && goal is >= 1 and <= Goals.Count
            ? goal.ToString(CultureInfo.InvariantCulture) : throw Refuse($"names the unknown goal '{ResourceId.Excerpt(value)}'; goals are 1 to {Goals.Count}."), parameters),
        "createTime" or "create_time" => Time("r.create_time", op, value, parameters),
        "updateTime" or "update_time" => Time("r.update_time", op, value, parameters),
        "confirmTime" or "confirm_time" => Time("r.confirm_time", op, value, parameters),
        "expireTime" or "expire_time" => Time("r.expire_time", op, value, parameters),
        _ => throw Refuse($"names the unknown field '{ResourceId.Excerpt(field)}'; fields are state, kind, area, goal, language, country, authority, maturity, sourceReference, title, createTime, updateTime, confirmTime, expireTime."),
    };

    private static string Equal(string column, string op, string field, string value, DynamicParameters parameters) => op switch
    {
        "=" or ":" => $"{column} = {Add(parameters, value)}",
        "!=" => $"COALESCE({column}, '') <> {Add(parameters, value)}",
        _ => throw Refuse($"compares '{field}' with {op}; use = or !=."),
    };

    private static string Tag(string dimension, string op, string field, string value, DynamicParameters parameters)
    {
        var exists = $"EXISTS (SELECT 1 FROM tag t WHERE t.item = r.id AND t.dimension = '{dimension}' AND t.value = {Add(parameters, value)})";
        return op switch { "=" or ":" => exists, "!=" => $"NOT {exists}", _ => throw Refuse($"compares '{field}' with {op}; use =, : or !=.") };
    }

    private static string Time(string column, string op, string value, DynamicParameters parameters) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? $"{column} {(op == ":" ? "=" : op)} {Add(parameters, StateJson.Format(time))}"
            : throw Refuse($"has '{ResourceId.Excerpt(value)}' where a time such as \"2026-01-31T00:00:00Z\" should stand.");

    private static string OneOf(string field, string value, params string[] allowed) => allowed.Contains(value)
        ? value : throw Refuse($"compares '{field}' with '{ResourceId.Excerpt(value)}'; it is one of {string.Join(", ", allowed)}.");

    private static string Add(DynamicParameters parameters, string value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"@f{parameters.ParameterNames.Count()}");
        parameters.Add(name, value);
        return name;
    }

    private static MatchingException Refuse(string description) => MatchingException.Invalid("filter", $"the filter {description}");
}
