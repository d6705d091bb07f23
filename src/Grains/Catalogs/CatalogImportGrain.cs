using System.Security.Cryptography;
using System.Text;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Register;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Catalogs;

[StatelessWorker, GrainType("catalog-import")]
internal sealed class CatalogImportGrain(RegisterReader register) : Grain, ICatalogImportGrain
{
    private const int MaxRows = 1_000;

    /// <summary>Rows under way at once: enough to fill a group commit, few enough to leave room for others.</summary>
    private const int Window = 64;

    public async Task<IReadOnlyList<CatalogRowResult>> RunAsync(
        ParentId parent, IReadOnlyList<CatalogRow> rows, bool publish, bool validateOnly, Caller caller, CancellationToken cancellationToken)
    {
        if (rows.Count > MaxRows)
        {
            throw MatchingException.Invalid("rows", $"{rows.Count} rows; at most {MaxRows} are allowed in one call.");
        }

        if (await GrainFactory.GetParticipant(parent).FindAsync(cancellationToken) is null)
        {
            throw MatchingException.NotFound(parent.ToString());
        }

        var known = new Dictionary<(ItemKind, string), string>();
        foreach (var kind in (ItemKind[])[ItemKind.Offer, ItemKind.Need])
        {
            var references = rows.Where(row => row.Kind == kind).Select(row => row.Content.SourceReference).Distinct().ToList();
            foreach (var (reference, name) in await register.FindBySourceAsync(parent, kind, references, cancellationToken))
            {
                known[(kind, reference)] = name;
            }
        }

        var repeated = rows.GroupBy(row => (row.Kind, row.Content.SourceReference)).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
        var results = new List<CatalogRowResult>(rows.Count);
        foreach (var window in rows.Chunk(Window))
        {
            results.AddRange(await Task.WhenAll(window.Select(row => RunAsync(row))));
        }

        return results;

        async Task<CatalogRowResult> RunAsync(CatalogRow row)
        {
            try
            {
                var id = Identify(parent, row, repeated.Contains((row.Kind, row.Content.SourceReference)), known);
                var outcome = await GrainFactory.GetItem(id).ImportAsync(row.Content, publish, caller, validateOnly, cancellationToken);
                return new(row.Content.SourceReference, outcome, id.ToString(), []);
            }
            catch (MatchingException refusal)
            {
                var errors = refusal.Violations.Count > 0 ? refusal.Violations : [new FieldViolation("", refusal.Message)];
                return new(row.Content.SourceReference, ImportOutcome.Refused, "", [.. errors.Select(error => error with { Field = error.Field.Split('.', 2)[^1] })]);
            }
        }
    }

    private static ItemId Identify(ParentId parent, CatalogRow row, bool repeated, Dictionary<(ItemKind, string), string> known)
    {
        var reference = row.Content.SourceReference;
        return row.Kind is not { } kind ? throw MatchingException.Invalid("kind", "a row is an OFFER or a NEED.")
            : parent.Kind == ParentKind.Partner && kind == ItemKind.Need ? throw MatchingException.Invalid("kind", "a partner publishes offers only.")
            : reference.Trim().Length == 0 ? throw MatchingException.Invalid("sourceReference", "a row needs the key it has in its catalogue.")
            : repeated ? throw MatchingException.Invalid("sourceReference", $"'{ResourceId.Excerpt(reference)}' stands in more than one row.")
            : known.TryGetValue((kind, reference), out var name) ? ItemId.Find(name)!.Value
            : new(parent, kind, SourceId.Of(parent, kind, reference));
    }
}

/// <summary>The id of an imported item follows from its source reference: a re-import needs no look-up and makes no duplicate.</summary>
internal static class SourceId
{
    /// <summary>A readable beginning and 80 bits of a hash, for example <c>foar-17-c5h66tcx1q0d2vfm</c>.</summary>
    public static string Of(ParentId parent, ItemKind kind, string reference)
    {
        var readable = string.Join('-', new string([.. reference.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Split('-', StringSplitOptions.RemoveEmptyEntries));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{parent}|{kind}|{reference}"));
        return $"{(readable.Length > 0 ? readable[..Math.Min(40, readable.Length)] : "item")}-{Convert.ToHexStringLower(hash.AsSpan(0, 10))}";
    }
}
