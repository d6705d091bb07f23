using System.Text.RegularExpressions;

namespace CooperaNet.Matching.Authorities;

/// <summary>Carries out the verbs of an authority or partner over its grain's state.</summary>
internal sealed partial class ParticipantDesk(IPersistentState<Participant> state, TimeProvider clock)
{
    private const int MaxLine = 200;

    public Participant? Find() => state.State.Revision > 0 ? state.State : null;

    public async Task<Participant> RegisterAsync(Participant profile, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckIsSystem();
        var now = clock.GetUtcNow();
        return Find() ?? await state.CommitAsync(profile with { Revision = 1, UpdateTime = now, Change = caller.Did("seed", now) }, cancellationToken);
    }

    public async Task<Participant> UpdateAsync(string name, ProfileChange change, string etag, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(ParentId.Parse(name, "name"));
        if (Replays.Are(state.State.Change, caller, "update", clock.GetUtcNow()))
        {
            return state.State;
        }

        var current = Change(name, etag, caller);
        Check(name, change);
        var now = clock.GetUtcNow();
        return await state.CommitAsync(
            current with
            {
                DisplayName = change.DisplayName ?? current.DisplayName,
                Institution = change.Institution ?? current.Institution,
                LanguageCodes = change.LanguageCodes ?? current.LanguageCodes,
                Website = change.Website ?? current.Website,
                Revision = current.Revision + 1,
                UpdateTime = now,
                Change = caller.Did("update", now).After(current.Change),
                Entry = caller.Entry(now, current.Entry),
            },
            cancellationToken);
    }

    public async Task<Participant> ConfirmAsync(string name, string etag, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(ParentId.Parse(name, "name"));
        if (Replays.Are(state.State.Change, caller, "confirm", clock.GetUtcNow()))
        {
            return state.State;
        }

        var current = Change(name, etag, caller);
        if (current.Entry is null)
        {
            throw new MatchingException(MatchingError.WrongState, $"'{name}' says nothing that the Secretariat entered for it.");
        }

        if (caller.Role == CallerRole.Secretariat)
        {
            throw new MatchingException(MatchingError.NotPermitted, $"What the Secretariat entered for '{name}' is confirmed by itself.");
        }

        var now = clock.GetUtcNow();
        return await state.CommitAsync(current with { Revision = current.Revision + 1, UpdateTime = now, Change = caller.Did("confirm", now).After(current.Change), Entry = null }, cancellationToken);
    }

    /// <summary>The participant as it is, when the caller may change it and has seen it as it is.</summary>
    private Participant Change(string name, string etag, Caller caller)
    {
        caller.CheckMayChange(ParentId.Parse(name, "name"));
        var current = Find() ?? throw MatchingException.NotFound(name);
        return etag.Length == 0 || etag == current.Etag ? current
            : throw new MatchingException(MatchingError.Stale, $"'{name}' has the etag '{current.Etag}', not '{ResourceId.Excerpt(etag)}': read it again and repeat the change.");
    }

    private static void Check(string name, ProfileChange change)
    {
        var prefix = name.StartsWith("authorities/", StringComparison.Ordinal) ? "authority" : "partner";
        if (change.DisplayName is not null && prefix == "authority")
        {
            throw MatchingException.Invalid("authority.displayName", "an authority carries the name of its state.");
        }

        CheckLine($"{prefix}.displayName", change.DisplayName);
        CheckLine($"{prefix}.institution", change.Institution);
        if (change.LanguageCodes is { } codes && (codes.Count > 10 || codes.Any(code => !LanguageTag().IsMatch(code))))
        {
            throw MatchingException.Invalid($"{prefix}.languageCodes", $"'{ResourceId.Excerpt(string.Join(", ", codes))}' are not up to 10 BCP-47 language tags such as es or pt-BR.");
        }

        if (change.Website is { Length: > 0 } website && !(website.Length <= 2_000 && Uri.TryCreate(website, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")))
        {
            throw MatchingException.Invalid($"{prefix}.website", $"'{ResourceId.Excerpt(website)}' is not an absolute http or https address.");
        }
    }

    private static void CheckLine(string field, string? value)
    {
        if (value is not null && (value.Length > MaxLine || value.Any(char.IsControl)))
        {
            throw MatchingException.Invalid(field, $"{value.Length} characters; at most {MaxLine} without control characters are allowed.");
        }
    }

    [GeneratedRegex(@"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LanguageTag();
}
