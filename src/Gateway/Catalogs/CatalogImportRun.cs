using System.Runtime.CompilerServices;
using CooperaNet.Matching.Catalogs;
using CooperaNet.Matching.Gateway.Catalogs.Reading;
using CooperaNet.Matching.V1;

namespace CooperaNet.Matching.Gateway.Catalogs;

/// <summary>Feeds one file to its import, batch by batch.</summary>
internal sealed class CatalogImportRun(ICatalogImportGrain import, CatalogImportPlan plan, Caller caller)
{
    /// <summary>Rows a call: enough to share commits, few enough to answer within a second.</summary>
    private const int Batch = 500;

    private const int MaxRows = 1_000_000;

    /// <param name="file">The bytes.</param>
    /// <param name="format">Its format; unspecified to see.</param>
    /// <param name="rules">How cells are read.</param>
    /// <param name="report">Gets the import so far and the rows answered since; last the import's end.</param>
    /// <param name="cancellationToken">The client has gone: the import is suspended.</param>
    public async Task RunAsync(
        Stream file, CatalogFormat format, ReadingRules rules, Func<V1.CatalogImport, IReadOnlyList<Matching.Catalogs.CatalogRowResult>, Task> report, CancellationToken cancellationToken)
    {
        var started = await import.StartAsync(plan, caller, cancellationToken);
        if (started.State != CatalogImportState.Running)
        {
            await report(started.ToWire(), []);
            return;
        }

        var ended = false;
        try
        {
            try
            {
                var (head, whole) = await Prefix.ReadAsync(file, FileStart.Length, cancellationToken);
                await using var _ = whole;
                var reader = new CatalogReader(whole, FileStart.Of(head.Span, format), rules);
                var row = 1;
                await foreach (var (rows, broken) in BatchesAsync(reader, cancellationToken))
                {
                    if (row + rows.Count - 1 > MaxRows)
                    {
                        throw new CatalogFormatException($"The file has more than {MaxRows:N0} rows. Split it.");
                    }

                    var results = await import.AppendAsync(started.Session, row, rows, caller, cancellationToken);
                    row += rows.Count;
                    var progress = (await import.GetAsync(caller, cancellationToken)).ToWire();
                    progress.File = reader.File;
                    await report(progress, results);
                    if (broken is not null)
                    {
                        throw broken;
                    }
                }

                var finished = (await import.FinishAsync(started.Session, caller, cancellationToken)).ToWire();
                finished.File = reader.File;
                ended = true;
                await report(finished, []);
            }
            catch (CatalogFormatException error)
            {
                var failed = await import.FailAsync(started.Session, error.Message, caller, cancellationToken);
                ended = true;
                if (failed.Counts.Rows == 0)
                {
                    throw MatchingException.Invalid("csv", error.Message);
                }

                await report(failed.ToWire(), []);
            }
        }
        finally
        {
            if (!ended)
            {
                await import.SuspendAsync(started.Session, caller, CancellationToken.None); // the client has gone, its token with it
            }
        }
    }

    /// <summary>The rows batch by batch; where the file can't be read any further, the rows before that place come with the reason.</summary>
    private static async IAsyncEnumerable<(IReadOnlyList<Matching.Catalogs.CatalogRow> Rows, CatalogFormatException? Broken)> BatchesAsync(CatalogReader reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var rows = reader.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var batch = new List<Matching.Catalogs.CatalogRow>(Batch);
        for (var more = true; more;)
        {
            CatalogFormatException? broken = null;
            try
            {
                more = await rows.MoveNextAsync();
            }
            catch (CatalogFormatException error)
            {
                (more, broken) = (false, error);
            }

            if (more)
            {
                batch.Add(rows.Current);
            }

            if (batch.Count == Batch || (!more && (batch.Count > 0 || broken is not null)))
            {
                yield return (batch, broken);
                batch = new(Batch);
            }
        }
    }
}
