// Publishes a need, reads who could help, watches the figures, and reads an error. Run with a token of authorities/pe in COOPERANET_TOKEN: dotnet run --project docs/examples/csharp -- http://127.0.0.1:8081
using CooperaNet.Matching.V1;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

// UNAVAILABLE may be repeated: every write is idempotent.
var retries = new MethodConfig
{
    Names = { MethodName.Default },
    RetryPolicy = new() { MaxAttempts = 4, InitialBackoff = TimeSpan.FromSeconds(0.3), MaxBackoff = TimeSpan.FromSeconds(3), BackoffMultiplier = 2, RetryableStatusCodes = { StatusCode.Unavailable } },
};
using var channel = GrpcChannel.ForAddress(args is [var server] ? server : "http://127.0.0.1:8081", new() { ServiceConfig = new() { MethodConfigs = { retries } } });

// The account's token goes with each call; figures need none.
var accessToken = Environment.GetEnvironmentVariable("COOPERANET_TOKEN");
var signedIn = channel.Intercept(headers => [.. headers, new("authorization", $"Bearer {accessToken}")]);
var exchange = new ExchangeService.ExchangeServiceClient(signedIn);
var matching = new MatchingService.MatchingServiceClient(signedIn);
var statistics = new StatisticsService.StatisticsServiceClient(channel);

// A request id makes the creation safe to repeat; the verb goes by the state.
var need = await exchange.CreateNeedAsync(new()
{
    Parent = "authorities/pe",
    RequestId = "example-1",
    Need = new() { Title = "Alerta temprana de inundaciones", Summary = "Buscamos experiencia en sistemas de alerta temprana para cuencas pequeñas.", Goals = { 13 } },
}, deadline: DateTime.UtcNow.AddSeconds(30));
if (need.State == State.Draft)
{
    need = await exchange.PublishNeedAsync(new() { Name = need.Name, Etag = need.Etag });
}

var answer = await matching.ListSuggestionsAsync(new() { Parent = need.Name, PageSize = 3, LanguageCode = "es" });
foreach (var suggestion in answer.Suggestions)
{
    Console.WriteLine($"{suggestion.Score:0.00} {suggestion.Title}: {suggestion.Explanation.Summary}");
}

if (answer.Abstention is { } abstention)
{
    Console.WriteLine(abstention.Reason);
}

// Every list comes in pages.
var (needs, token) = (new List<Need>(), "");
do
{
    var page = await exchange.ListNeedsAsync(new() { Parent = "authorities/-", Filter = "state = PUBLISHED", PageSize = 5, PageToken = token });
    needs.AddRange(page.Needs);
    token = page.NextPageToken;
}
while (token.Length > 0);

Console.WriteLine($"{needs.Count} needs");

using (var watch = statistics.WatchStatistics(new() { LanguageCode = "es" }))
{
    await watch.ResponseStream.MoveNext(default);
    var first = watch.ResponseStream.Current; // keep its resume token to go on from here
    Console.WriteLine($"{first.Kind} {first.Statistics.Tables[0].Total} items");
}

try
{
    await exchange.CreateNeedAsync(new() { Parent = "authorities/pe", Need = new() { Title = "Hm", Goals = { 99 } } });
}
catch (RpcException error) when (error.GetRpcStatus()?.GetDetail<BadRequest>() is { } badRequest)
{
    foreach (var violation in badRequest.FieldViolations)
    {
        Console.WriteLine($"{error.StatusCode} {violation.Field}: {violation.Description}");
    }
}
