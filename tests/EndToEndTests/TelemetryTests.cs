using System.Net;
using System.Net.Http.Json;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>What operators see, where they see it, and what nobody sees in a log.</summary>
public sealed class TelemetryTests : IDisposable
{
    private const string Secret = "zanahoria-violeta";
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-telemetry-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Operators_have_a_port_of_their_own_and_logs_hold_no_texts()
    {
        var port = ExchangeProcess.FreePort();
        string output;
        await using (var exchange = await ExchangeProcess.Start(directory, true, ("Telemetry__Port", $"{port}"), ("Logging__LogLevel__CooperaNet", "Trace")).ReadyAsync(cancellation))
        {
            using var created = await exchange.Json.PostAsJsonAsync("/v1/authorities/pe/offers", new { title = $"A draft on {Secret}", summary = Secret, languageCode = "es" }, cancellation);
            Assert.True(created.IsSuccessStatusCode);
            using var refused = await exchange.Json.PostAsJsonAsync("/v1/authorities/pe/offers", new { title = Secret, goals = new[] { 99 } }, cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            using var asked = await exchange.Json.PostAsJsonAsync("/v1/suggestions:preview", new { need = new { title = $"{Secret} y riego", languageCode = "es" } }, cancellation);
            Assert.True(asked.IsSuccessStatusCode);

            using var operators = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}") };
            var metrics = await operators.GetStringAsync("/metrics", cancellation);
            Assert.All(
                ["cooperanet_partition_lag_seconds", "cooperanet_partition_items", "cooperanet_search_duration_seconds", "orleans_", "http_server_request_duration_seconds", "dotnet_"],
                name => Assert.Contains(name, metrics, StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(operators, "/dashboard/"));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(operators, "/health/ready"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(operators, "/v1/statistics"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(exchange.Json, "/metrics"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(exchange.Json, "/dashboard/"));
            await exchange.StopAsync(cancellation);
            output = await exchange.OutputAsync();
        }

        Assert.DoesNotContain(Secret, output, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, cancellation);
        return answer.StatusCode;
    }
}
