using System.Text.Json.Nodes;
using CooperaNet.Matching.Partitions;
using Microsoft.Extensions.DependencyInjection;

namespace CooperaNet.Matching.ClusterTests.Partitions;

/// <summary>A partition changes its copy, as it does when it moves to another silo, while it is asked.</summary>
public sealed class MovingTests : IAsyncLifetime
{
    private readonly ExchangeFixture exchange = new() { BalancePeriod = TimeSpan.FromHours(1) }; // of its own, in which nobody else moves partitions
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => exchange.InitializeAsync();

    public ValueTask DisposeAsync() => exchange.DisposeAsync();

    [Fact]
    public async Task While_a_partition_moves_every_answer_is_complete_and_the_copy_before_ends()
    {
        await exchange.PostAsync("/v1/authorities/uy/offers?offerId=moving", """{"title":"Telares de lana y tintes naturales","summary":"Tejedoras enseñan a hilar y teñir lana.","languageCode":"es"}""");
        await exchange.PostAsync("/v1/authorities/uy/offers/moving:publish", "{}");
        await exchange.EventuallyAsync(async () => (await FindAsync()) is { Count: > 0 } found ? found : null);
        var copies = exchange.Silo.GetRequiredService<PartitionCopies>();
        using var moved = new CancellationTokenSource();
        var asking = AskAsync(moved.Token);

        for (var partition = 0; partition < 2; partition++)
        {
            var before = await copies.ReadAsync(partition, cancellation);
            var after = PartitionCopies.NewName();
            var next = copies.Get(partition, after);
            while (!await next.StartAsync(cancellation))
            {
            }

            await next.ServeAsync(cancellation);
            await copies.Get(partition, before).RetireAsync(cancellation);
            await Assert.ThrowsAsync<PartitionMovedException>(() => copies.Get(partition, before).ServeAsync(cancellation)); // never again
            Assert.Equal(after, await copies.ReadAsync(partition, cancellation));
            await exchange.EventuallyAsync<object>(async () =>
            {
                exchange.Clock.Advance(TimeSpan.FromSeconds(1)); // the copy before ends some seconds later
                Assert.Equal(after, await copies.ReadAsync(partition, cancellation));
                try
                {
                    await copies.Get(partition, before).FindAsync("telares", "es", 1, cancellation);
                    return null;
                }
                catch (PartitionMovedException)
                {
                    return this;
                }
            });
        }

        await moved.CancelAsync();
        Assert.True(await asking > 0);
        Assert.NotEmpty(await FindAsync());
    }

    private async Task<JsonArray> FindAsync()
    {
        var answer = await exchange.GetAsync("/v1/exchange:search?query=telares%20de%20lana");
        Assert.Equal(0, answer["unreachable"]!.GetValue<int>());
        return answer["hits"]!.AsArray();
    }

    private async Task<int> AskAsync(CancellationToken until)
    {
        var asked = 0;
        for (; !until.IsCancellationRequested; asked++)
        {
            Assert.NotEmpty(await FindAsync());
        }

        return asked;
    }
}
