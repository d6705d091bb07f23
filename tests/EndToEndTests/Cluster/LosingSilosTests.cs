using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CooperaNet.Matching.Benchmarks.Load;

namespace CooperaNet.Matching.EndToEndTests.Cluster;

/// <summary>Three silos under load on the gateways of two; the third dies, or is told to stop. COOPERANET_ROUNDS repeats each and COOPERANET_RATE and COOPERANET_WARMUP set the calls a second and the seconds before, for figures.</summary>
[Collection(nameof(Alone))]
public sealed class LosingSilosTests
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(10);
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    private static int Rounds => Variables.Of("COOPERANET_ROUNDS", 1);

    /// <summary>Few enough for a busy machine with two processors.</summary>
    private static int Rate => Variables.Of("COOPERANET_RATE", 40);

    [Fact]
    public async Task A_killed_silo_is_missed_for_three_seconds_at_most_and_nothing_acknowledged_is_lost()
    {
        await using var cluster = await SiloCluster.StartAsync(3, cancellation);
        for (var round = 0; round < Rounds; round++)
        {
            var victim = cluster.Silos[round % 3];
            var report = await LoseAsync(cluster, [victim], () => cluster.KillAsync(victim, cancellation));
            var after = report.Outcomes.Where(outcome => outcome.Due >= Before).ToList();
            var failed = after.Where(outcome => outcome.Failure is not null).ToList();
            var recovered = failed.Select(outcome => outcome.Due - Before).DefaultIfEmpty().Max();
            var lost = await cluster.LostAsync(report, cancellation);
            Tell($"kill {round + 1}: {after.Count} calls in 10 s, {failed.Count} failed, {after.Count(outcome => !outcome.IsComplete)} partial, the last that failed began {recovered.TotalSeconds:0.0} s after, {lost.Count} of {report.Acknowledged.Count} acknowledged publications lost\n{report.ToTable()}");
            Assert.Empty(lost);
            Assert.True(recovered < TimeSpan.FromSeconds(3), $"A call that began {recovered.TotalSeconds:0.0} s after the silo had died failed.");
            Assert.True(failed.Count <= after.Count / 100, $"{failed.Count} of {after.Count} calls failed, such as {failed.FirstOrDefault()?.Failure}.");
            await cluster.AddAsync(cancellation);
        }
    }

    [Fact]
    public async Task A_silo_that_is_told_to_stop_costs_no_call()
    {
        await using var cluster = await SiloCluster.StartAsync(3, cancellation);
        for (var round = 0; round < Rounds; round++)
        {
            var victim = cluster.Silos[round % 3];
            var report = await LoseAsync(cluster, [victim], () => cluster.StopAsync(victim, cancellation));
            Tell($"stop {round + 1}:\n{report.ToTable()}");
            await AssertNothingMissedAsync(cluster, report);
            await cluster.AddAsync(cancellation);
        }
    }

    /// <summary>The one hands its partitions to the other, which takes none any more.</summary>
    [Fact]
    public async Task Two_silos_that_are_told_to_stop_at_once_cost_no_call()
    {
        await using var cluster = await SiloCluster.StartAsync(3, cancellation);
        var victims = cluster.Silos.Take(2).ToList();
        var report = await LoseAsync(cluster, victims, () => Task.WhenAll(victims.Select(victim => cluster.StopAsync(victim, cancellation))));
        Tell(report.ToTable());
        await AssertNothingMissedAsync(cluster, report);
    }

    [Fact]
    public async Task After_the_end_of_all_silos_a_new_one_has_everything_that_was_acknowledged()
    {
        await using var cluster = await SiloCluster.StartAsync(2, cancellation);
        var load = await cluster.LoadAsync(Rate, TimeSpan.FromSeconds(3), [.. cluster.Silos]);
        var report = await LoadDriver.RunAsync(load, null, cancellation);
        foreach (var silo in cluster.Silos.ToList())
        {
            await cluster.KillAsync(silo, cancellation);
        }

        await cluster.AddAsync(cancellation);
        Assert.NotEmpty(report.Acknowledged);
        Assert.Empty(await cluster.LostAsync(report, cancellation));
    }

    [Fact]
    public async Task A_database_server_that_died_is_used_again_within_five_seconds_of_its_return()
    {
        await using var cluster = await SiloCluster.StartAsync(2, cancellation);
        var load = await cluster.LoadAsync(Rate / 2.0, TimeSpan.FromSeconds(30), [.. cluster.Silos]);
        for (var round = 0; round < Rounds; round++)
        {
            var (began, back) = (Stopwatch.StartNew(), TimeSpan.Zero);
            var report = await LoadDriver.RunAsync(load with { Seed = load.Seed + round }, async () =>
            {
                began.Restart();
                await Task.Delay(Before, cancellation);
                await cluster.Database.Server!.KillAsync();
                await Task.Delay(Before, cancellation);
                await cluster.Database.Server.StartAsync(cancellation);
                back = began.Elapsed;
            }, cancellation);
            var failed = report.Outcomes.Where(outcome => outcome.Failure is not null).ToList();
            var recovered = failed.Select(outcome => outcome.Due - back).DefaultIfEmpty().Max();
            var lost = await cluster.LostAsync(report, cancellation);
            Tell($"database away for {(back - Before).TotalSeconds:0.0} s: {failed.Count} of {report.Outcomes.Count} calls failed, the last that failed began {recovered.TotalSeconds:0.0} s after it was back, {lost.Count} of {report.Acknowledged.Count} acknowledged publications lost\n{report.ToTable()}");
            Assert.NotEmpty(report.Acknowledged);
            Assert.Empty(lost);
            Assert.Contains(report.Outcomes, outcome => outcome.Due >= back + TimeSpan.FromSeconds(5)); // else nothing was tried
            Assert.True(recovered < TimeSpan.FromSeconds(5), $"A call that began {recovered.TotalSeconds:0.0} s after the database was back failed: {failed.MaxBy(outcome => outcome.Due)?.Failure}");
        }
    }

    [Fact]
    public async Task A_front_end_of_its_own_answers_from_the_silos_and_outlives_one()
    {
        await using var cluster = await SiloCluster.StartAsync(2, cancellation);
        await using var frontEnd = await cluster.AddFrontEndAsync(cancellation);
        var before = await PreviewAsync(frontEnd);
        Assert.NotEmpty(before["suggestions"]!.AsArray());

        await cluster.KillAsync(cluster.Silos[0], cancellation);

        var after = await PreviewAsync(frontEnd);
        Assert.Equal(0, after["unreachable"]!.GetValue<int>());
        Assert.Equal(before["suggestions"]!.ToJsonString(), after["suggestions"]!.ToJsonString());
    }

    private static void Tell(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    private async Task AssertNothingMissedAsync(SiloCluster cluster, LoadReport report)
    {
        Assert.DoesNotContain(report.Outcomes, outcome => outcome.Failure is not null);
        Assert.DoesNotContain(report.Outcomes, outcome => !outcome.IsComplete);
        Assert.Empty(await cluster.LostAsync(report, cancellation));
    }

    private async Task<LoadReport> LoseAsync(SiloCluster cluster, IReadOnlyList<ExchangeProcess> victims, Func<Task> lose)
    {
        var load = await cluster.LoadAsync(Rate, Before + After, [.. cluster.Silos.Except(victims)]);
        await LoadDriver.RunAsync(load with { Rate = Rate / 2.0, Duration = TimeSpan.FromSeconds(Variables.Of("COOPERANET_WARMUP", 5)), Seed = load.Seed + 1 }, null, cancellation); // the first calls of a process are slow
        return await LoadDriver.RunAsync(load, async () =>
        {
            await Task.Delay(Before, cancellation);
            await lose();
        }, cancellation);
    }

    private async Task<JsonObject> PreviewAsync(ExchangeProcess gateway)
    {
        using var anonymous = new HttpClient { BaseAddress = gateway.Json.BaseAddress }; // a front end knows the issuers that are configured, not the installation's key
        using var answer = await anonymous.PostAsJsonAsync("/v1/suggestions:preview", new { need = new { title = "Treating the sewage of small coastal towns", summary = "Low-cost ways to treat wastewater.", languageCode = "en" } }, cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellation));
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
    }
}
