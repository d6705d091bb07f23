using CooperaNet.Matching.Duplicates;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Register;

namespace CooperaNet.Matching.Catalogs;

/// <summary>Brings rows of a catalogue to their items, and stores what became of them.</summary>
internal sealed class CatalogRowImporter(IGrainFactory grains, CatalogImportStore store, RegisterReader register)
{
    /// <summary>Items changed at once: enough to fill a group commit, few enough to leave room for others.</summary>
    public const int Window = 128;

    /// <summary>Imports a run of rows; what is wrong with one is its answer, and stops no other.</summary>
    /// <param name="import">The import's id in the store.</param>
    /// <param name="parent">Whose catalogue it is.</param>
    /// <param name="plan">What the import was asked to do.</param>
    /// <param name="firstRow">The number of the first of the rows.</param>
    /// <param name="rows">As read from the file.</param>
    /// <param name="caller">Who imports.</param>
    /// <param name="cancellationToken">Ends the run; what was answered before is not stored, and comes to the same when it is repeated.</param>
    /// <returns>One answer a row, stored.</returns>
    public async Task<IReadOnlyList<CatalogRowResult>> ImportAsync(
        long import, ParentId parent, CatalogImportPlan plan, int firstRow, IReadOnlyList<CatalogRow> rows, Caller caller, CancellationToken cancellationToken)
    {
        var references = rows.Select(row => row.Content.SourceReference).Where(reference => reference.Length > 0).Distinct().ToList();
        var earlier = new Dictionary<(string Kind, string Reference), int>(await store.FindReferencesAsync(import, references, cancellationToken));
        var known = new Dictionary<(ItemKind, string), string>();
        foreach (var kind in rows.Select(row => row.Kind).OfType<ItemKind>().Distinct())
        {
            foreach (var (reference, name) in await register.FindBySourceAsync(parent, kind, references, cancellationToken))
            {
                known[(kind, reference)] = name;
            }
        }

        var numbered = rows.Select((row, i) => (Row: row, Number: firstRow + i, Earlier: Repeats(row, firstRow + i))).ToList();
        var results = new List<CatalogRowResult>(rows.Count);
        foreach (var window in numbered.Chunk(Window))
        {
            results.AddRange(await Task.WhenAll(window.Select(entry => ImportRowAsync(entry.Row, entry.Number, entry.Earlier))));
        }

        await store.AppendAsync(import, [.. results.Zip(rows, Answered)], cancellationToken);
        return results;

        int Repeats(CatalogRow row, int number) => row.Content.SourceReference.Length == 0 || row.Kind is not { } kind || earlier.TryAdd((kind.ToString(), row.Content.SourceReference), number)
            ? 0 : earlier[(kind.ToString(), row.Content.SourceReference)];

        async Task<CatalogRowResult> ImportRowAsync(CatalogRow row, int number, int repeats)
        {
            var reference = row.Content.SourceReference;
            try
            {
                var id = Identify(parent, row, repeats, known);
                var result = await grains.GetItem(id).ImportAsync(row.Content, row.Fields, plan.Publish, caller, plan.ValidateOnly, cancellationToken);
                return new(number, reference, result.Outcome, id.ToString(), [], result.ChangedFields, []);
            }
            catch (MatchingException refusal)
            {
                var errors = refusal.Violations.Count > 0 ? refusal.Violations : [new FieldViolation("", refusal.Message)];
                return new(number, reference, ImportOutcome.Refused, "", [.. errors.Select(error => error with { Field = ColumnOf(error.Field) })], [], []);
            }
        }
    }

    /// <summary>Which item a row is about.</summary>
    /// <exception cref="MatchingException">It can't be told, or the row has been found wrong before.</exception>
    private static ItemId Identify(ParentId parent, CatalogRow row, int repeats, Dictionary<(ItemKind, string), string> known)
    {
        var reference = row.Content.SourceReference;
        return row.Errors.Count > 0 ? throw MatchingException.Invalid(row.Errors)
            : row.Kind is not { } kind ? throw MatchingException.Invalid("kind", "a row is an OFFER or a NEED.")
            : parent.Kind == ParentKind.Partner && kind == ItemKind.Need ? throw MatchingException.Invalid("kind", "a partner publishes offers only.")
            : reference.Length == 0 && row.Item.Length > 0 ? ItemId.Find(row.Item) is { } named && named.Parent == parent && named.Kind == kind ? named
                : throw MatchingException.Invalid("item", $"'{ResourceId.Excerpt(row.Item)}' is not the name of an {(kind == ItemKind.Offer ? "offer" : "need")} of {parent}.")
            : reference.Trim().Length == 0 ? throw MatchingException.Invalid("sourceReference", "a row needs the key it has in its catalogue.")
            : repeats > 0 ? throw MatchingException.Invalid("sourceReference", $"'{ResourceId.Excerpt(reference)}' stands in row {repeats} already.")
            : known.TryGetValue((kind, reference), out var name) ? ItemId.Find(name)!.Value
            : new(parent, kind, SourceId.Of(parent, kind, reference));
    }

    /// <summary>A field of an item as the file's columns are called.</summary>
    private static string ColumnOf(string field) =>
        field.StartsWith("offer.", StringComparison.Ordinal) || field.StartsWith("need.", StringComparison.Ordinal) ? field.Split('.', 2)[1] : field;

    private static AnsweredRow Answered(CatalogRowResult result, CatalogRow row)
    {
        var fingerprint = result.Outcome == ImportOutcome.Refused ? null : Fingerprint.Of(row.Content.Title, row.Content.Summary);
        return new(row.Kind, result, fingerprint?.Sketch, fingerprint?.Bands ?? []);
    }
}
