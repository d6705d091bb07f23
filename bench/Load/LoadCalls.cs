using CooperaNet.Matching.V1;
using Grpc.Core;

namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>One call of the mix: what its users do, in shares of a hundred.</summary>
internal enum LoadCall
{
    Preview = 40,
    List = 20,
    Suggest = 15,
    Publish = 10,
    Update = 8,
    Statistics = 7,
}

/// <summary>Makes the calls of a load. What it writes has names of its run, so that runs don't meet.</summary>
internal sealed class LoadCalls(IReadOnlyList<CallInvoker> gateways, LoadOptions options)
{
    private const int Needs = 5;
    private readonly string run = Guid.NewGuid().ToString("n")[..8];
    private readonly List<string> published = [];
    private int turn;

    /// <summary>Names of the offers whose publication was acknowledged.</summary>
    public IReadOnlyList<string> Acknowledged
    {
        get
        {
            lock (published)
            {
                return [.. published];
            }
        }
    }

    /// <summary>Publishes the needs that suggestions are asked for.</summary>
    public async Task PrepareAsync()
    {
        for (var i = 0; i < Needs; i++)
        {
            var client = new ExchangeService.ExchangeServiceClient(gateways[0]);
            var need = await client.CreateNeedAsync(new() { Parent = options.Parent, NeedId = $"load-{run}-need-{i}", Need = new() { Title = $"Agua y riego {i}", Summary = SyntheticTexts.Summary(new Random(i), 60), LanguageCode = "es", Goals = { 6 } }, RequestId = $"{run}-need-{i}" });
            await client.PublishNeedAsync(new() { Name = need.Name, RequestId = $"{run}-need-publish-{i}" });
        }
    }

    /// <summary>Makes one call; true when its answer is complete, false when partitions were missing from it.</summary>
    public async Task<bool> MakeAsync(LoadCall call, int number, Random random)
    {
        var gateway = gateways[Interlocked.Increment(ref turn) % gateways.Count];
        var settings = new CallOptions(deadline: DateTime.UtcNow + options.Deadline);
        var exchange = new ExchangeService.ExchangeServiceClient(gateway);
        var matching = new MatchingService.MatchingServiceClient(gateway);
        switch (call)
        {
            case LoadCall.Preview:
                return (await matching.PreviewSuggestionsAsync(new() { Need = new() { Title = "Agua rural y riego", Summary = SyntheticTexts.Summary(random, 80), LanguageCode = "es", Goals = { 6 } }, PageSize = 10 }, settings)).Unreachable == 0;
            case LoadCall.Suggest:
                return (await matching.ListSuggestionsAsync(new() { Parent = $"{options.Parent}/needs/load-{run}-need-{random.Next(Needs)}", PageSize = 10 }, settings)).Unreachable == 0;
            case LoadCall.List:
                await exchange.ListOffersAsync(new() { Parent = "authorities/-", PageSize = 20, Filter = $"goal:{1 + random.Next(17)}" }, settings);
                return true;
            case LoadCall.Publish:
                await PublishAsync(exchange, number, random, settings);
                return true;
            case LoadCall.Update:
                await UpdateAsync(exchange, number, random, settings);
                return true;
            default:
                await new StatisticsService.StatisticsServiceClient(gateway).GetStatisticsAsync(new(), settings);
                return true;
        }
    }

    private async Task PublishAsync(ExchangeService.ExchangeServiceClient exchange, int number, Random random, CallOptions settings)
    {
        var offer = await exchange.CreateOfferAsync(
            new() { Parent = options.Parent, OfferId = $"load-{run}-{number}", Offer = new() { Title = $"Offer {number}", Summary = SyntheticTexts.Summary(random, 100), LanguageCode = "es", Goals = { 6 } }, RequestId = $"{run}-{number}" }, settings);
        await exchange.PublishOfferAsync(new() { Name = offer.Name, RequestId = $"{run}-publish-{number}" }, settings);
        string? oldest = null;
        lock (published)
        {
            published.Add(offer.Name);
            if (options.Kept > 0 && published.Count > options.Kept)
            {
                oldest = published[0];
                published.RemoveAt(0);
            }
        }

        if (oldest is not null)
        {
            await exchange.WithdrawOfferAsync(new() { Name = oldest, RequestId = $"{run}-withdraw-{number}" }, settings);
        }
    }

    private async Task UpdateAsync(ExchangeService.ExchangeServiceClient exchange, int number, Random random, CallOptions settings)
    {
        string? name;
        lock (published)
        {
            name = published.Count > 0 ? published[random.Next(published.Count)] : null;
        }

        if (name is not null)
        {
            await exchange.UpdateOfferAsync(new() { Offer = new() { Name = name, Title = $"Offer changed by call {number}" }, UpdateMask = new() { Paths = { "title" } }, RequestId = $"{run}-update-{number}" }, settings);
        }
    }
}
