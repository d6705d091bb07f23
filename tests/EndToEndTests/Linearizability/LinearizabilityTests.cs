using System.Collections.Concurrent;
using System.Diagnostics;
using CooperaNet.Matching.EndToEndTests.Cluster;
using CooperaNet.Matching.V1;
using Dapper;
using Grpc.Core;
using Grpc.Net.Client;

namespace CooperaNet.Matching.EndToEndTests.Linearizability;

/// <summary>Clients change the same few offers through two gateways while silos are killed and join; the recorded calls of each offer must fit one order. COOPERANET_SECONDS makes it longer, COOPERANET_SEED repeats it.</summary>
[Collection(nameof(Alone))]
public sealed class LinearizabilityTests
{
    private const int Clients = 6;
    private const int Offers = 12;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_offer_behaves_like_one_copy_while_silos_die()
    {
        var seed = Variables.Of("COOPERANET_SEED", Environment.TickCount);
        TestContext.Current.TestOutputHelper?.WriteLine($"COOPERANET_SEED={seed}");
        await using var cluster = await SiloCluster.StartAsync(3, cancellation);
        var history = new ConcurrentDictionary<string, ConcurrentQueue<Operation>>();
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(client => ChangeAsync(cluster, new Random(seed + client), history, stop.Token)).ToList();
        var until = Stopwatch.StartNew();
        while (until.Elapsed < TimeSpan.FromSeconds(Variables.Of("COOPERANET_SECONDS", 8)))
        {
            await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
            await cluster.KillAsync(cluster.Silos[^1], cancellation); // clients use the two oldest
            await cluster.AddAsync(cancellation);
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);

        Assert.All(history, offer => Assert.True(LinearizabilityChecker.IsLinearizable([.. offer.Value]), $"{offer.Key}: no order of these calls explains their answers:\n{string.Join('\n', offer.Value)}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{history.Sum(offer => offer.Value.Count)} calls on {history.Count} offers, {history.Sum(offer => offer.Value.Count(operation => operation.Answer == Answer.Unknown))} of unknown outcome");
        await AssertDerivedAsync(cluster);
    }

    /// <summary>What is derived agrees with the register: figures by a recount, and exactly the published offers are suggested.</summary>
    private async Task AssertDerivedAsync(SiloCluster cluster)
    {
        await using var connection = await cluster.Database.ConnectAsync(cancellation);
        var published = (await connection.QueryAsync<string>("SELECT name FROM register WHERE state = 'PUBLISHED' AND name LIKE 'authorities/pe/offers/lin-%'")).Order(StringComparer.Ordinal).ToList();
        var total = await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM register WHERE state = 'PUBLISHED'");
        using var channel = GrpcChannel.ForAddress(cluster.Silos[0].Grpc.BaseAddress!);
        Assert.Equal(total, (await new StatisticsService.StatisticsServiceClient(channel).GetStatisticsAsync(new(), cancellationToken: cancellation)).Tables[0].Total);
        var now = DateTimeOffset.UtcNow;
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var answer = await new MatchingService.MatchingServiceClient(channel).PreviewSuggestionsAsync(new() { Need = new() { Title = "Linearizable irrigation", Summary = "Riego agrícola.", LanguageCode = "es" }, MinScore = 0, PageSize = 100 }, cancellationToken: cancellation);
            if (answer.AsOfTime.ToDateTimeOffset() >= now && answer.Unreachable == 0)
            {
                Assert.Equal(published, answer.Suggestions.Select(suggestion => suggestion.Offer).Where(offer => offer.StartsWith("authorities/pe/offers/lin-", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
                return;
            }

            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "The index did not catch up.");
            await Task.Delay(100, cancellation);
        }
    }

    private static async Task ChangeAsync(SiloCluster cluster, Random random, ConcurrentDictionary<string, ConcurrentQueue<Operation>> history, CancellationToken stop)
    {
        var channels = cluster.Silos.Take(2).Select(silo => GrpcChannel.ForAddress(silo.Grpc.BaseAddress!)).ToList();
        List<CallInvoker> gateways = [await cluster.Silos[0].AsAsync(channels[0], "authorities/pe"), await cluster.Silos[1].AsAsync(channels[1], "authorities/pe")];
        var etags = new Dictionary<string, string>();
        while (!stop.IsCancellationRequested)
        {
            var name = $"authorities/pe/offers/lin-{random.Next(Offers)}";
            var verb = (Verb)random.Next(5);
            var (title, etag) = ($"Riego {random.Next(1_000_000)}", random.Next(3) == 0 ? etags.GetValueOrDefault(name, "") : "");
            var invoked = Stopwatch.GetTimestamp();
            var (answer, told) = await CallAsync(new(gateways[random.Next(2)]), verb, name, title, etag);
            history.GetOrAdd(name, _ => new()).Enqueue(new(verb, title, verb is Verb.Create or Verb.Read ? "" : etag, invoked, Stopwatch.GetTimestamp(), answer, told));
            if (told is not null)
            {
                etags[name] = told.Revision;
            }
        }

        channels.ForEach(channel => channel.Dispose());
    }

    private static async Task<(Answer Answer, ItemValue? Told)> CallAsync(ExchangeService.ExchangeServiceClient client, Verb verb, string name, string title, string etag)
    {
        var (request, settings) = (Guid.NewGuid().ToString("n"), new CallOptions(deadline: DateTime.UtcNow.AddSeconds(5)));
        try
        {
            var offer = verb switch
            {
                Verb.Create => await client.CreateOfferAsync(new() { Parent = "authorities/pe", OfferId = name.Split('/')[^1], Offer = new() { Title = title, LanguageCode = "es" }, RequestId = request }, settings),
                Verb.Update => await client.UpdateOfferAsync(new() { Offer = new() { Name = name, Title = title, Etag = etag }, UpdateMask = new() { Paths = { "title" } }, RequestId = request }, settings),
                Verb.Publish => await client.PublishOfferAsync(new() { Name = name, Etag = etag, RequestId = request }, settings),
                Verb.Withdraw => await client.WithdrawOfferAsync(new() { Name = name, Etag = etag, RequestId = request }, settings),
                _ => await client.GetOfferAsync(new() { Name = name }, settings),
            };
            return (Answer.Done, new(offer.State.ToString().ToUpperInvariant(), offer.Title, offer.Etag));
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound && verb == Verb.Read)
        {
            return (Answer.Done, null);
        }
        catch (RpcException error) when (error.StatusCode is StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.Aborted or StatusCode.FailedPrecondition)
        {
            return (Answer.Refused, null);
        }
        catch (RpcException)
        {
            return (Answer.Unknown, null);
        }
    }
}
