using CooperaNet.Matching.Client.Output;
using CooperaNet.Matching.V1;
using Spectre.Console;

namespace CooperaNet.Matching.Client.Commands;

/// <summary>Tells what an import did, to somebody who has never seen the system.</summary>
internal static class ImportReport
{
    private const int Shown = 15;

    public static async Task ShowAsync(Session session, CatalogImport import, CancellationToken cancellationToken)
    {
        var (console, texts) = (session.Console, session.Texts);
        if (import.File is { } file)
        {
            console.MarkupLineInterpolated($"[grey]{texts.Read}: {(file.Format == CatalogFormat.JsonLines ? "JSON lines" : "CSV")} {file.Encoding} {(file.Delimiter == "\t" ? "tab" : file.Delimiter)}[/]");
            console.MarkupLineInterpolated($"[grey]{texts.Columns}: {string.Join(", ", file.Mapping.OrderBy(pair => pair.Key).Select(pair => pair.Key == pair.Value ? pair.Key : $"{pair.Key} = {pair.Value}"))}[/]");
            if (file.IgnoredColumns.Count > 0)
            {
                console.MarkupLineInterpolated($"[grey]{texts.Ignored}: {string.Join(", ", file.IgnoredColumns)}[/]");
            }
        }

        if (import.State == CatalogImport.Types.State.Failed)
        {
            console.MarkupLineInterpolated($"[red]{Reasons.In(session.Language, import.Message)}[/]");
        }

        var counts = new Table().Border(TableBorder.Simple).HideHeaders().AddColumn(new TableColumn("").RightAligned()).AddColumn("");
        foreach (var (count, name, colour) in new[]
        {
            (import.Created, texts.Created, "green"), (import.Changed, texts.Changed, "blue"), (import.Unchanged, texts.Unchanged, "grey"),
            (import.Refused, texts.Refused, "red"), (import.SuspectedDuplicates, texts.Duplicates, "yellow"), (import.Missing, texts.Missing, "yellow"),
        })
        {
            counts.AddRow(count == 0 ? "0" : $"[{colour}]{count:N0}[/]", name);
        }

        console.Write(counts);
        await ListAsync(session, import, "outcome = REFUSED", import.Refused, texts.Refused, row => string.Join("; ", row.Errors.Select(error => Reason(session, import, error))), cancellationToken);
        await ListAsync(session, import, "suspectedDuplicates:*", import.SuspectedDuplicates, texts.Duplicates, row => string.Join(", ", row.SuspectedDuplicates), cancellationToken);
        await ListAsync(session, import, "outcome = CHANGED", import.Changed, texts.Changed, row => string.Join(", ", row.ChangedFields), cancellationToken);
        await ListAsync(session, import, "outcome = MISSING", import.Missing, texts.Missing, row => row.Item, cancellationToken);
        if (import.Missing > 0 && !import.ValidateOnly)
        {
            console.MarkupLineInterpolated($"[grey]{texts.MissingAdvice("cooperanet import … --withdraw-missing")}[/]");
        }

        console.MarkupLineInterpolated($"{(import.ValidateOnly ? texts.DryRun : import.Publish ? texts.Published : texts.Drafts)}");
    }

    /// <summary>The column as the file calls it, and why its value was refused.</summary>
    private static string Reason(Session session, CatalogImport import, CatalogRowResult.Types.Error error)
    {
        var column = import.File?.Mapping.GetValueOrDefault(error.Field) ?? error.Field;
        var reason = Reasons.In(session.Language, error.Description);
        return column.Length > 0 ? $"{column}: {reason}" : reason;
    }

    private static async Task ListAsync(Session session, CatalogImport import, string filter, int count, string title, Func<CatalogRowResult, string> why, CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return;
        }

        var rows = (await session.Catalog.ListCatalogImportRowsAsync(new() { Parent = import.Name, Filter = filter, PageSize = Shown }, cancellationToken: cancellationToken)).Rows;
        var missing = filter == "outcome = MISSING";
        var table = new Table().Border(TableBorder.Simple).Title($"[bold]{Markup.Escape(title)}[/]");
        if (!missing)
        {
            table.AddColumn(new TableColumn(session.Texts.Row).RightAligned());
        }

        table.AddColumn(session.Texts.Reference).AddColumn(missing ? session.Texts.Item : session.Texts.Why);
        foreach (var row in rows)
        {
            string[] cells = [.. missing ? [] : new[] { $"{row.Row}" }, Markup.Escape(row.SourceReference), Markup.Escape(why(row))];
            table.AddRow(cells);
        }

        session.Console.Write(table);
        if (count > rows.Count)
        {
            session.Console.MarkupLineInterpolated($"[grey]{session.Texts.More(count - rows.Count, $"cooperanet show {import.Name} --rows \"{filter}\"")}[/]");
        }
    }
}
