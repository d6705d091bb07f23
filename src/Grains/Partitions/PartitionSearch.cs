using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Suggestions;
using CooperaNet.Matching.Taxonomy;
using CooperaNet.Matching.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace CooperaNet.Matching.Partitions;

/// <summary>Scatters queries over all partitions and gathers the best answers, for so long as each partition has.</summary>
internal sealed partial class PartitionSearch(PartitionCopies copies, IOptions<MatchingOptions> options, QueryPool pool, MatchingMeters meters, TimeProvider clock, ILogger<PartitionSearch> logger)
{
    /// <summary>How long what is kept waits for a partition: below Orleans' time-out for the call that waits for it.</summary>
    private static readonly TimeSpan KeptDeadline = TimeSpan.FromSeconds(20);

    /// <summary>What passes within seconds: a silo that died or stops, a partition that moved or does not know the model yet.</summary>
    private readonly ResiliencePipeline retries = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
    {
        ShouldHandle = new PredicateBuilder().Handle<PartitionMovedException>().Handle<OrleansException>().Handle<TimeoutException>(),
        MaxRetryAttempts = int.MaxValue,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(20),
        MaxDelay = TimeSpan.FromMilliseconds(300),
    }).Build();

    /// <summary>Answers of all partitions that can be reached, merged, best first; ties by name. One list a query.</summary>
    /// <exception cref="TimeoutException">None can be reached.</exception>
    public Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken) => SearchAsync(queries, options.Value.PartitionDeadline, cancellationToken);

    private async Task<PartitionAnswer> SearchAsync(IReadOnlyList<PartitionQuery> queries, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var (answers, unreachable) = await AskAllAsync((partition, token) => partition.SearchAsync(queries, token), deadline, cancellationToken);
        return new(
            [.. queries.Select((query, i) => Merge(answers.SelectMany(answer => answer.Hits[i]), query))],
            answers.Min(answer => answer.AsOf),
            unreachable);
    }

    /// <summary>Answers of all partitions, for what is kept.</summary>
    /// <exception cref="TimeoutException">One can't be reached.</exception>
    public async Task<PartitionAnswer> SearchAllAsync(IReadOnlyList<PartitionQuery> queries, CancellationToken cancellationToken) =>
        await SearchAsync(queries, KeptDeadline, cancellationToken) is { Unreachable: 0 } answer ? answer : throw new TimeoutException("Not all partitions of the index answer.");

    /// <summary>The items that hold the words of a free-text query, best first; ties by name. And how many partitions could not be reached.</summary>
    /// <exception cref="TimeoutException">None can be reached.</exception>
    public async Task<(IReadOnlyList<PartitionTextHit> Hits, int Unreachable)> FindAsync(string text, string languageCode, int count, CancellationToken cancellationToken)
    {
        var (answers, unreachable) = await AskAllAsync((partition, token) => partition.FindAsync(text, languageCode, count, token), options.Value.PartitionDeadline, cancellationToken);
        return ([.. answers.SelectMany(answer => answer).OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Name, StringComparer.Ordinal).Take(count)], unreachable);
    }

    /// <summary>What the copy of a partition that serves answers; asked again until it does, or the caller waits no longer.</summary>
    public Task<T> AskOneAsync<T>(int partition, Func<IPartitionGrain, CancellationToken, Task<T>> ask, CancellationToken cancellationToken) =>
        retries.ExecuteAsync(async token => await AskOnceAsync(partition, ask, token), cancellationToken).AsTask();

    private async Task<(List<T> Answers, int Unreachable)> AskAllAsync<T>(Func<IPartitionGrain, CancellationToken, Task<T>> ask, TimeSpan deadline, CancellationToken cancellationToken)
        where T : class
    {
        var started = clock.GetTimestamp();
        var answers = await Task.WhenAll(Enumerable.Range(0, options.Value.Partitions).Select(partition => AskAsync(partition, ask, deadline, cancellationToken)));
        var reached = answers.OfType<T>().ToList();
        meters.Searched(clock.GetElapsedTime(started), answers.Length - reached.Count);
        return reached.Count > 0 ? (reached, answers.Length - reached.Count) : throw new TimeoutException("No partition of the index answers.");
    }

    /// <summary>One partition's answer, or null when it has none in time.</summary>
    private async Task<T?> AskAsync<T>(int partition, Func<IPartitionGrain, CancellationToken, Task<T>> ask, TimeSpan deadline, CancellationToken cancellationToken)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(deadline);
        try
        {
            return await retries.ExecuteAsync(async token => await AskOnceAsync(partition, ask, token), patience.Token);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is OperationCanceledException or PartitionMovedException or OrleansException or TimeoutException)
        {
            LogUnreachable(partition, error.Message);
            return null;
        }
    }

    private async Task<T> AskOnceAsync<T>(int partition, Func<IPartitionGrain, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        var copy = await copies.GetServingAsync(partition, cancellationToken);
        try
        {
            return await ask(copy, cancellationToken).WaitAsync(cancellationToken); // a call to a silo that died is not told so at once
        }
        catch
        {
            copies.Forget(partition, copy);
            throw;
        }
    }

    /// <summary>What the model understands of an item; a sentence model takes long and goes to the thread pool.</summary>
    public Task<Encoding> EncodeAsync(MatchingModel model, ItemContent content, CancellationToken cancellationToken)
    {
        Encoding Encode() => model.Encode(content.Title, content.Summary, content.LanguageCode);
        return model.Parts.Sentences is null ? Task.FromResult(Encode()) : pool.QueryAsync(Encode, cancellationToken);
    }

    /// <summary>The query of an item for its counterparts.</summary>
    public static PartitionQuery QueryOf(
        ItemContent content, ItemKind kind, string parent, int count, (MatchingModel Model, byte[] Data) encoding, double? minScore = null, SuggestionConstraints? constraints = null)
    {
        var model = encoding.Model;
        return new(
            kind == ItemKind.Offer ? ItemKind.Need : ItemKind.Offer,
            encoding.Data,
            Areas(content), Goals(content), parent, count, minScore ?? model.Fusion.Threshold, model.Version, constraints ?? SuggestionConstraints.None);
    }

    public static int Areas(ItemContent content) => content.AreasOfFocus.Aggregate(0, (bits, area) => bits | (1 << AreasOfFocus.PositionOf(area)));

    public static int Goals(ItemContent content) => content.Goals.Aggregate(0, (bits, goal) => bits | (1 << (goal - 1)));

    public static IndexQuery ToIndexQuery(PartitionQuery query, Freshness freshness) => new(
        Encoding.FromBytes(query.Encoding), query.Areas, query.Goals, Constraints(query), query.ExcludedParent, query.Count, query.MinScore, freshness.Now, freshness.StaleBefore);

    /// <summary>Needs have no maturity: it constrains offers only.</summary>
    private static IndexConstraints Constraints(PartitionQuery query) => query.Constraints.IsEmpty ? IndexConstraints.None : new(
        query.Answers == ItemKind.Offer ? query.Constraints.Maturities.Aggregate(0, (bits, maturity) => bits | (1 << (int)maturity)) : 0,
        query.Constraints.Languages.Aggregate(0, (bits, language) => bits | (1 << LanguageDetector.PositionOf(language))),
        query.Constraints.Countries.ToHashSet());

    /// <summary>Keeps what passes, and the closest when nothing does.</summary>
    private static PartitionHit[] Merge(IEnumerable<PartitionHit> hits, PartitionQuery query) =>
        [.. hits.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Name, StringComparer.Ordinal).Take(query.Count).Where((hit, i) => i == 0 || hit.Score >= query.MinScore)];

    [LoggerMessage(EventId = 422, Level = LogLevel.Warning, Message = "Partition {Partition} did not answer in time: {Reason}")]
    private partial void LogUnreachable(int partition, string reason);
}
