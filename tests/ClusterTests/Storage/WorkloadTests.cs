using CooperaNet.Matching.Items;
using CooperaNet.Matching.Statistics;
using Dapper;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>Random verbs on few items, against a model of a dozen lines. The seed is printed.</summary>
public class WorkloadTests(ExchangeFixture exchange, ITestOutputHelper output)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Random_verbs_leave_what_a_small_model_says()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var ids = Enumerable.Range(0, 8).Select(i => new ItemId(new(ParentKind.Authority, "vc"), i % 2 == 0 ? ItemKind.Offer : ItemKind.Need, $"w-{seed}-{i}")).ToList();
        var model = ids.ToDictionary(id => id, _ => (State: ItemState.None, Revision: 0L, Goals: (IReadOnlyList<int>)[]));
        for (var step = 0; step < 400; step++)
        {
            var id = ids[random.Next(ids.Count)];
            var grain = exchange.Grains.GetItem(id);
            var (state, revision, goals) = model[id];
            IReadOnlyList<int> chosen = [.. Enumerable.Range(1, 17).Where(_ => random.Next(6) == 0)];
            var (allowed, next, act) = random.Next(6) switch
            {
                0 => (state == ItemState.None, (ItemState.Draft, chosen), (Func<Task>)(() => grain.CreateAsync(new() { Title = "Random walk", LanguageCode = "en", Goals = chosen }, Anyone, false, cancellation))),
                1 => (state != ItemState.None, (state, chosen), () => grain.UpdateAsync(new() { Goals = chosen }, ItemFields.Goals, "", Anyone, false, cancellation)),
                2 => (state is ItemState.Draft or ItemState.Withdrawn, (ItemState.Published, goals), () => grain.PublishAsync("", Anyone, cancellation)),
                3 => (state == ItemState.Published, (ItemState.Withdrawn, goals), () => grain.WithdrawAsync("", Anyone, cancellation)),
                4 => (state == ItemState.Published, (ItemState.Published, goals), () => grain.ConfirmAsync("", Anyone, cancellation)),
                _ => (state == ItemState.Draft, (ItemState.None, []), () => grain.DeleteAsync("", Anyone, cancellation)),
            };
            if (allowed)
            {
                await act();
                model[id] = (next.Item1, revision + 1, next.Item2);
            }
            else
            {
                await Assert.ThrowsAsync<MatchingException>(act);
            }
        }

        await using var read = await exchange.Database.OpenReadAsync(cancellation);
        foreach (var (id, (state, revision, goals)) in model)
        {
            var item = await exchange.Grains.GetItem(id).FindAsync(Caller.System, cancellation);
            Assert.Equal(state, item?.State ?? ItemState.None);
            Assert.Equal(state == ItemState.None ? [] : goals, item?.Content.Goals ?? []);
            Assert.Equal(revision, await read.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM history WHERE name = @name", new { name = id.ToString() }));
            Assert.Equal(state == ItemState.None ? 0 : revision, await read.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(revision), 0) FROM register WHERE name = @name", new { name = id.ToString() }));
        }

        var published = model.Values.Where(item => item.State == ItemState.Published).ToList();
        var counts = await new StatisticsReader(exchange.Database).ReadAsync(cancellation);
        Assert.Equal(published.Count, counts.SingleOrDefault(count => count is { Dimension: "country", Value: "VC" }).Count);
        var page = await exchange.Grains.GetRegister().ListItemsAsync(new("authorities/vc", ItemKind.Offer, "state = PUBLISHED", "", 100, ""), Caller.System, cancellation);
        Assert.Equal(model.Where(pair => pair.Key.Kind == ItemKind.Offer && pair.Value.State == ItemState.Published).Select(pair => pair.Key.ToString()).Order(), page.Rows.Select(item => item.Name).Order());
    }

    private static Caller Anyone => Caller.System;
}
