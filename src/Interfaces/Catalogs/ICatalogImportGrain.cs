using CooperaNet.Matching.Register;

namespace CooperaNet.Matching.Catalogs;

/// <summary>Identifies an import of a catalogue.</summary>
/// <param name="Parent">Whose catalogue.</param>
/// <param name="Id">1 to 63 characters a-z, 0-9 and hyphen, not starting with a hyphen.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.CatalogImportId")]
public readonly record struct CatalogImportId([property: Id(0)] ParentId Parent, [property: Id(1)] string Id)
{
    /// <summary>The resource name; also the key of the grain.</summary>
    public override string ToString() => $"{Parent}/catalogImports/{Id}";

    /// <summary>Reads a resource name.</summary>
    /// <exception cref="MatchingException"><see cref="MatchingError.Invalid"/>, naming <paramref name="field"/>.</exception>
    public static CatalogImportId Parse(string name, string field) =>
        name.Split('/') is [var collection, var parent, "catalogImports", var id] && ResourceId.IsValid(id) && ParentId.Find($"{collection}/{parent}") is { } owner
            ? new(owner, id)
            : throw MatchingException.Invalid(field, $"'{ResourceId.Excerpt(name)}' is not the name of an import (authorities/pe/catalogImports/some-id).");
}

/// <summary>One import of a catalogue: takes its rows in order, answers each, and remembers the answers. Each row stands alone; repeating an import changes nothing.</summary>
/// <remarks>Throws <see cref="MatchingException"/>: NotFound for an import or parent that doesn't exist, WrongState for one that has ended, Stale for rows of an earlier session, NotPermitted for callers whose catalogue it is not.</remarks>
[Alias("cooperanet.ICatalogImportGrain")]
public interface ICatalogImportGrain : IGrainWithStringKey
{
    /// <summary>Rows that one call may append.</summary>
    const int MaxRows = 1_000;

    /// <summary>Starts the import, or goes on with a suspended one of the same plan; the answer's counts say how many rows are behind it.</summary>
    [Alias("Start")]
    Task<CatalogImport> StartAsync(CatalogImportPlan plan, Caller caller, CancellationToken cancellationToken);

    /// <summary>Imports rows; those that were answered before are answered alike.</summary>
    /// <param name="session">The start that the rows belong to.</param>
    /// <param name="firstRow">The number of the first of them, from 1, without a gap to what came before.</param>
    /// <param name="rows">At most 1,000.</param>
    /// <param name="caller">Who sends them.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    [Alias("Append")]
    Task<IReadOnlyList<CatalogRowResult>> AppendAsync(int session, int firstRow, IReadOnlyList<CatalogRow> rows, Caller caller, CancellationToken cancellationToken);

    /// <summary>Ends the import: finds what is missing and what is suspected to be double.</summary>
    /// <remarks>Seconds for a hundred thousand rows.</remarks>
    [Alias("Finish"), ResponseTimeout("00:10:00")]
    Task<CatalogImport> FinishAsync(int session, Caller caller, CancellationToken cancellationToken);

    /// <summary>Ends the import because the file cannot be read any further.</summary>
    [Alias("Fail")]
    Task<CatalogImport> FailAsync(int session, string message, Caller caller, CancellationToken cancellationToken);

    /// <summary>Says that the client has gone; a start goes on later.</summary>
    [Alias("Suspend")]
    Task SuspendAsync(int session, Caller caller, CancellationToken cancellationToken);

    /// <summary>Cancels the import; what was imported stays.</summary>
    [Alias("Cancel")]
    Task<CatalogImport> CancelAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>The import as it stands.</summary>
    [Alias("Get")]
    Task<CatalogImport> GetAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>One page of the rows' answers, in order; of one outcome, or of suspected duplicates, or of all.</summary>
    [Alias("ListRows")]
    Task<Page<CatalogRowResult>> ListRowsAsync(string filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken);

    /// <summary>Withdraws the items reported missing; <paramref name="expected"/> must be their number, as a second confirmation.</summary>
    [Alias("WithdrawMissing"), ResponseTimeout("00:10:00")]
    Task<int> WithdrawMissingAsync(int expected, Caller caller, CancellationToken cancellationToken);

    /// <summary>Forgets the import and its rows, unless it runs or changed since <paramref name="before"/>; its items stay. True when it was forgotten.</summary>
    /// <param name="id">Its id in the database.</param>
    /// <param name="before">A moment.</param>
    /// <param name="caller">The service itself.</param>
    /// <param name="cancellationToken">Stops between batches; the rest is forgotten next time.</param>
    [Alias("Forget"), ResponseTimeout("00:10:00")]
    Task<bool> ForgetAsync(long id, DateTimeOffset before, Caller caller, CancellationToken cancellationToken);
}
