using CooperaNet.Matching.Changes;
using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CooperaNet.Matching.Partitions;

/// <summary>
/// What one copy of a partition holds for which model: the indexes that answer, those that are prepared behind them for another
/// model, and for some seconds those of the model before. One an activation, and used by nobody else.
/// </summary>
internal sealed partial class PartitionModels(
    ActiveModel models, PartitionIndexer indexer, PartitionSuggester suggester, EncodingStore encodings, IGrainFactory grains, IOptions<MatchingOptions> options, TimeProvider clock, ILogger<PartitionModels> logger)
{
    private const int RefreshPage = 50;

    /// <summary>How long lists of an earlier model are computed before changes are followed again.</summary>
    private static readonly TimeSpan RefreshTime = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan RetiredFor = TimeSpan.FromSeconds(10); // a silo learns within a second that the model changed
    private readonly Queue<string> unrefreshed = new(); // needs whose lists may be of an earlier model
    private PartitionIndexes? preparing; // for the next model
    private PartitionIndexes? retired; // of the model before, for queries that were under way
    private long preparedTo; // storage id of the last item that was indexed with the next model
    private bool prepared;
    private long? forgottenTo; // up to which item encodings of earlier models are dropped; null when none is left
    private DateTimeOffset switchedAt;

    /// <summary>The indexes that answer.</summary>
    public PartitionIndexes Serving { get; private set; } = new(models.File);

    private IModelGrain Decisions => grains.GetGrain<IModelGrain>(0);

    /// <summary>The indexes of the model that a query was encoded with.</summary>
    /// <exception cref="TimeoutException">They are not ready here yet, or no more; a second later they are.</exception>
    public PartitionIndexes Of(string model) => new[] { Serving, prepared ? preparing : null, retired }.FirstOrDefault(indexes => indexes?.Model.Version == model)
        ?? throw new TimeoutException($"This partition cannot answer for model '{model}' now; it answers for '{Serving.Model.Version}'.");

    /// <summary>Begins anew with empty indexes of the model that the exchange decided for.</summary>
    /// <param name="partition">Its number.</param>
    /// <param name="isServing">Whether the exchange waits for this copy when it changes the model.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task BeginAsync(int partition, bool isServing, CancellationToken cancellationToken)
    {
        models.Follow(isServing ? await Decisions.JoinAsync(partition, cancellationToken) : await Decisions.GetAsync(cancellationToken));
        Serving = new(models.Current);
    }

    /// <summary>Reads all items into the indexes that answer.</summary>
    public async Task LoadAsync(int partition, CancellationToken cancellationToken)
    {
        await indexer.LoadAsync(partition, Serving, cancellationToken);
        RefreshAll();
    }

    /// <summary>From now on the exchange waits for this copy when it changes the model, and kept lists are its business.</summary>
    public async Task JoinAsync(int partition, CancellationToken cancellationToken)
    {
        models.Follow(await Decisions.JoinAsync(partition, cancellationToken));
        RefreshAll();
    }

    /// <summary>Brings the indexes up to date with some items; returns them as those that answer have them.</summary>
    public async Task<IReadOnlyList<EncodedItem>> FollowAsync(IReadOnlyList<ItemChange> changed, CancellationToken cancellationToken)
    {
        if (preparing is not null)
        {
            await indexer.FollowAsync(preparing, changed, cancellationToken);
        }

        return await indexer.FollowAsync(Serving, changed, cancellationToken);
    }

    /// <summary>One step towards the model that the exchange decided for; what fails is tried again with the next step, and never stops the following.</summary>
    public async Task KeepUpAsync(int partition, bool isServing, CancellationToken cancellationToken)
    {
        try
        {
            Switch(partition);
            await PrepareAsync(partition, isServing, cancellationToken);
            if (isServing)
            {
                await RefreshAsync(partition, cancellationToken);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogNotPrepared(error, partition);
        }
    }

    /// <summary>Takes over the model that the exchange decided for, once it is prepared here.</summary>
    private void Switch(int partition)
    {
        if (retired is not null && clock.GetUtcNow() - switchedAt >= RetiredFor)
        {
            retired = null;
        }

        if (prepared && preparing!.Model.Version == models.Current.Version)
        {
            (retired, Serving, preparing, prepared, switchedAt) = (Serving, preparing, null, false, clock.GetUtcNow());
            RefreshAll();
            LogSwitched(partition, Serving.Model.Version);
        }
    }

    private void RefreshAll()
    {
        forgottenTo = 0;
        unrefreshed.Clear();
        foreach (var need in Serving.Needs.Names)
        {
            unrefreshed.Enqueue(need);
        }
    }

    /// <summary>Computes some lists of an earlier model anew, and when all are done drops some encodings of earlier models.</summary>
    private async Task RefreshAsync(int partition, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (var i = 0; i < RefreshPage && clock.GetElapsedTime(started) < RefreshTime && unrefreshed.TryPeek(out var need); i++)
        {
            if (!await suggester.RefreshAsync(need, Serving.Model.Version, cancellationToken))
            {
                return; // its silo hasn't heard of the model yet
            }

            unrefreshed.Dequeue();
        }

        if (forgottenTo is not null && unrefreshed.Count == 0 && preparing is null)
        {
            forgottenTo = await encodings.ForgetAsync(partition, options.Value.Partitions, Serving.Model.Version, forgottenTo.Value, cancellationToken);
        }
    }

    /// <summary>Encodes one page of items for another model, behind the changes that the serving one follows.</summary>
    private async Task PrepareAsync(int partition, bool isServing, CancellationToken cancellationToken)
    {
        var wanted = models.Current.Version != Serving.Model.Version ? models.Current : models.Next;
        if (wanted is null)
        {
            (preparing, prepared) = (null, false);
            return;
        }

        if (preparing?.Model.Version != wanted.Version)
        {
            (preparing, preparedTo, prepared) = (new(wanted), 0, false);
        }

        if (!prepared && await indexer.LoadPageAsync(partition, preparing, preparedTo, cancellationToken) is { } after)
        {
            preparedTo = after;
            return;
        }

        prepared = true;
        if (isServing && wanted.Version == models.Next?.Version)
        {
            await Decisions.ReadyAsync(partition, wanted.Version, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 403, Level = LogLevel.Information, Message = "Partition {Partition} answers with model {Model} from now on")]
    private partial void LogSwitched(int partition, string model);

    [LoggerMessage(EventId = 404, Level = LogLevel.Error, Message = "Partition {Partition} could not go on towards another model")]
    private partial void LogNotPrepared(Exception error, int partition);
}
