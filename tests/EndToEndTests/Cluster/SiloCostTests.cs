using System.Diagnostics;
using System.Text.Json;
using CooperaNet.Matching.Benchmarks;
using CooperaNet.Matching.V1;
using Grpc.Net.Client;

namespace CooperaNet.Matching.EndToEndTests.Cluster;

/// <summary>What it costs to spread the index over silos. COOPERANET_OFFERS and COOPERANET_SECONDS set the offers and how long previews are asked, for figures.</summary>
[Collection(nameof(Alone))]
public sealed class SiloCostTests
{
    private const int Callers = 4;
    private const double Least = 0.6; // of one silo's queries a second of processor; 0.8 is the goal on a machine at rest
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(Variables.Of("COOPERANET_SECONDS", 5));
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_silos_answer_nearly_as_many_queries_a_second_of_processor_as_one()
    {
        await using var cluster = await SiloCluster.StartAsync(1, cancellation);
        await cluster.StopAsync(cluster.Silos[0], cancellation); // its database is made
        var random = new Random(5);
        await cluster.FillAsync(Enumerable.Range(0, Variables.Of("COOPERANET_OFFERS", 5_000)).Select(i => JsonSerializer.Serialize(new { sourceReference = $"L-{i}", parent = "authorities/pe", kind = "OFFER", languageCode = "es", title = $"Riego y agua {i}", summary = SyntheticTexts.Summary(random, 100) })), cancellation);
        await cluster.AddAsync(cancellation);
        await cluster.AddAsync(cancellation);
        await using var frontEnd = await cluster.AddFrontEndAsync(cancellation);
        await AskAsync(frontEnd, 2 * Duration); // until partitions have moved and code is compiled for good
        var two = await MeasureAsync(cluster, frontEnd);
        await cluster.StopAsync(cluster.Silos[1], cancellation);
        await AskAsync(frontEnd, Duration / 2);
        var one = await MeasureAsync(cluster, frontEnd);

        TestContext.Current.TestOutputHelper?.WriteLine($"queries a second of the silos' processors: one silo {one:0}, two silos {two:0} ({two / one:0.00})");
        Assert.True(two >= Least * one, $"{two:0} with two silos, {one:0} with one.");
    }

    private async Task<double> MeasureAsync(SiloCluster cluster, ExchangeProcess frontEnd)
    {
        var before = cluster.Silos.Select(silo => silo.Worked.TotalSeconds).ToList();
        var (asked, partial) = await AskAsync(frontEnd, Duration);
        var worked = cluster.Silos.Zip(before, (silo, seconds) => silo.Worked.TotalSeconds - seconds).ToList();
        Assert.Equal(0, partial);
        Assert.All(worked, seconds => Assert.True(seconds > worked.Sum() / 5, "A silo has hardly worked.")); // else its partitions lie elsewhere
        return asked / worked.Sum();
    }

    /// <summary>Asks for previews for a while; how many were answered, and how many without a partition.</summary>
    private async Task<(int Asked, int Partial)> AskAsync(ExchangeProcess frontEnd, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var answered = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            using var channel = GrpcChannel.ForAddress(frontEnd.Grpc.BaseAddress!);
            var (client, random, asked, partial) = (new MatchingService.MatchingServiceClient(channel), new Random(caller), 0, 0);
            for (; Stopwatch.GetElapsedTime(started) < duration; asked++)
            {
                var answer = await client.PreviewSuggestionsAsync(new() { Need = new() { Title = "Agua rural y riego", Summary = SyntheticTexts.Summary(random, 80), LanguageCode = "es" }, PageSize = 10 }, cancellationToken: cancellation);
                partial += answer.Unreachable > 0 ? 1 : 0;
            }

            return (Asked: asked, Partial: partial);
        }));
        return (answered.Sum(caller => caller.Asked), answered.Sum(caller => caller.Partial));
    }
}
