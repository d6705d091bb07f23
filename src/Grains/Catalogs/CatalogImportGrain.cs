using CooperaNet.Matching.Duplicates;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Partitions;
using CooperaNet.Matching.Register;

namespace CooperaNet.Matching.Catalogs;

[GrainType("catalog-import")]
internal sealed class CatalogImportGrain(
    [PersistentState("catalog-import")] IPersistentState<CatalogImport> state, CatalogImportStore store, RegisterReader register, QueryPool pool, TimeProvider clock) : Grain, ICatalogImportGrain
{
    /// <summary>Rows answered so far; what is stored is read again after a restart.</summary>
    private CatalogImportCounts counts;

    private CatalogImportId Import => CatalogImportId.Parse(this.GetPrimaryKeyString(), "name");

    private CatalogImport Current => state.State with { Counts = counts };

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (state.State.State != CatalogImportState.None)
        {
            counts = await store.CountAsync(state.State.Id, cancellationToken);
        }

        if (state.State.State == CatalogImportState.Running)
        {
            state.State = state.State with { State = CatalogImportState.Suspended }; // its client's stream ended with the last activation
        }
    }

    public async Task<CatalogImport> StartAsync(CatalogImportPlan plan, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(Import.Parent);
        var now = clock.GetUtcNow();
        if (state.State.State == CatalogImportState.None)
        {
            _ = await GrainFactory.GetParticipant(Import.Parent).FindAsync(cancellationToken) ?? throw MatchingException.NotFound(Import.Parent.ToString());
            await state.CommitAsync(
                new CatalogImport
                {
                    Name = Import.ToString(),
                    State = CatalogImportState.Running,
                    Plan = plan,
                    CreateTime = now,
                    UpdateTime = now,
                    Session = 1,
                    By = caller,
                    Id = await store.AddAsync(Import, now, cancellationToken),
                },
                cancellationToken);
        }
        else if (state.State.Plan != plan)
        {
            throw new MatchingException(MatchingError.AlreadyExists, $"'{Import}' exists already with other settings (publish {state.State.Plan.Publish}, validateOnly {state.State.Plan.ValidateOnly}, partial {state.State.Plan.Partial}).");
        }
        else if (state.State.State is CatalogImportState.Running or CatalogImportState.Suspended)
        {
            await SetStateAsync(CatalogImportState.Running, "", cancellationToken, taker: caller);
        }

        return Current;
    }

    public async Task<IReadOnlyList<CatalogRowResult>> AppendAsync(int session, int firstRow, IReadOnlyList<CatalogRow> rows, Caller caller, CancellationToken cancellationToken)
    {
        CheckRunning(session, caller);
        if (rows.Count > ICatalogImportGrain.MaxRows)
        {
            throw MatchingException.Invalid("rows", $"{rows.Count} rows; at most {ICatalogImportGrain.MaxRows} are allowed in one call.");
        }

        var answered = Math.Clamp(counts.Rows - firstRow + 1, 0, rows.Count);
        var known = answered == 0 ? [] : await store.ReadAsync(state.State.Id, firstRow, answered, cancellationToken);
        if (firstRow > counts.Rows + 1)
        {
            throw MatchingException.Invalid("firstRow", $"{firstRow} leaves a gap: {counts.Rows} rows are answered.");
        }

        if (known.Where((result, i) => result.SourceReference != rows[i].Content.SourceReference).FirstOrDefault() is { } other)
        {
            throw new MatchingException(MatchingError.WrongState, $"Row {other.Row} had the reference '{ResourceId.Excerpt(other.SourceReference)}' when the import began; it can only go on with the same file.");
        }

        var fresh = await ImportAsync(firstRow + answered, [.. rows.Skip(answered)], cancellationToken);
        return [.. known, .. fresh];
    }

    public async Task<CatalogImport> FinishAsync(int session, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(Import.Parent);
        if (state.State.State == CatalogImportState.Succeeded)
        {
            return Current;
        }

        CheckRunning(session, caller);
        if (!state.State.Plan.Partial && counts.Rows > counts.Refused)
        {
            await store.AddMissingAsync(state.State.Id, Import.Parent, cancellationToken);
        }

        var id = state.State.Id; // the state belongs to the grain's own thread
        await using (var search = await store.SearchSuspectsAsync(cancellationToken))
        {
            await pool.FollowAsync(
                () => search.Compare(id, (left, right) => Fingerprint.Similarity(left, right) >= Fingerprint.Suspicious, cancellationToken), cancellationToken);
            await store.CloseAsync(id, search, cancellationToken);
        }

        counts = await store.CountAsync(state.State.Id, cancellationToken);
        return await SetStateAsync(CatalogImportState.Succeeded, "", cancellationToken);
    }

    public async Task<CatalogImport> FailAsync(int session, string message, Caller caller, CancellationToken cancellationToken)
    {
        CheckRunning(session, caller);
        return await SetStateAsync(CatalogImportState.Failed, message, cancellationToken);
    }

    public async Task SuspendAsync(int session, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(Import.Parent);
        if (state.State.State == CatalogImportState.Running && state.State.Session == session)
        {
            await SetStateAsync(CatalogImportState.Suspended, "", cancellationToken);
        }
    }

    public async Task<CatalogImport> CancelAsync(Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(Import.Parent);
        return (await GetAsync(caller, cancellationToken)).State switch
        {
            CatalogImportState.Cancelled => Current,
            CatalogImportState.Running or CatalogImportState.Suspended => await SetStateAsync(CatalogImportState.Cancelled, "", cancellationToken),
            var ended => throw new MatchingException(MatchingError.WrongState, $"'{Import}' has ended ({ended}) and cannot be cancelled."),
        };
    }

    public Task<CatalogImport> GetAsync(Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckSees(Import.Parent);
        return state.State.State == CatalogImportState.None ? throw MatchingException.NotFound(Import.ToString()) : Task.FromResult(Current);
    }

    public async Task<Page<CatalogRowResult>> ListRowsAsync(string filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken) =>
        await store.ListRowsAsync((await GetAsync(caller, cancellationToken)).Id, filter, pageSize, pageToken, cancellationToken);

    public async Task<int> WithdrawMissingAsync(int expected, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckMayChange(Import.Parent);
        if ((await GetAsync(caller, cancellationToken)).State != CatalogImportState.Succeeded || state.State.Plan.ValidateOnly)
        {
            throw new MatchingException(MatchingError.WrongState, $"'{Import}' is a dry run or has not succeeded; nothing can be withdrawn by it.");
        }

        if (expected != counts.Missing)
        {
            throw MatchingException.Invalid("expectedCount", $"{expected} is not the number of missing items, {counts.Missing}; nothing was withdrawn.");
        }

        var (withdrawn, row) = (0, 0);
        while (await store.ListMissingAsync(state.State.Id, row, CatalogRowImporter.Window, cancellationToken) is { Count: > 0 } window)
        {
            withdrawn += (await Task.WhenAll(window.Select(missing => WithdrawAsync(ItemId.Find(missing.Item)!.Value)))).Sum();
            row = window[^1].Row;
        }

        return withdrawn;

        async Task<int> WithdrawAsync(ItemId id)
        {
            try
            {
                await GrainFactory.GetItem(id).WithdrawAsync("", caller with { RequestId = Import.ToString() }, cancellationToken);
                return 1;
            }
            catch (MatchingException error) when (error.Error == MatchingError.WrongState)
            {
                return 0; // withdrawn since
            }
        }
    }

    public async Task<bool> ForgetAsync(long id, DateTimeOffset before, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckIsSystem();
        if (state.State.State == CatalogImportState.Running || state.State.UpdateTime >= before)
        {
            return false;
        }

        await store.ForgetRowsAsync(id, cancellationToken);
        if (state.RecordExists)
        {
            await state.ClearStateAsync(cancellationToken);
        }

        await store.RemoveAsync(id, cancellationToken); // last: until then it is found again, and nobody else has its id
        counts = default;
        return true;
    }

    private async Task<IReadOnlyList<CatalogRowResult>> ImportAsync(int firstRow, IReadOnlyList<CatalogRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var caller = (state.State.By ?? Caller.System with { Subject = state.State.Who }) with { RequestId = Import.ToString() };
        var results = await new CatalogRowImporter(GrainFactory, store, register).ImportAsync(state.State.Id, Import.Parent, state.State.Plan, firstRow, rows, caller, cancellationToken);
        counts = results.Aggregate(counts, Count);
        return results;
    }

    private static CatalogImportCounts Count(CatalogImportCounts counts, CatalogRowResult result) => result.Outcome switch
    {
        ImportOutcome.Created => counts with { Created = counts.Created + 1 },
        ImportOutcome.Changed => counts with { Changed = counts.Changed + 1 },
        ImportOutcome.Unchanged => counts with { Unchanged = counts.Unchanged + 1 },
        _ => counts with { Refused = counts.Refused + 1 },
    };

    private void CheckRunning(int session, Caller caller)
    {
        caller.CheckMayChange(Import.Parent);
        if (state.State.State != CatalogImportState.Running)
        {
            throw new MatchingException(MatchingError.WrongState, $"'{Import}' is not running but {state.State.State}; {counts.Rows} rows were answered.");
        }

        if (state.State.Session != session)
        {
            throw new MatchingException(MatchingError.Stale, $"'{Import}' was taken up by another client.");
        }
    }

    private async Task<CatalogImport> SetStateAsync(CatalogImportState next, string message, CancellationToken cancellationToken, Caller? taker = null)
    {
        await state.CommitAsync(
            state.State with { State = next, Message = message, UpdateTime = clock.GetUtcNow(), Session = state.State.Session + (taker is null ? 0 : 1), By = taker ?? state.State.By }, cancellationToken);
        return Current;
    }
}
