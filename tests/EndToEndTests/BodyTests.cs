using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>Bodies that are too large or never end.</summary>
public sealed class BodyTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-body-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_body_that_is_too_large_or_too_slow_is_cut_off_and_the_service_goes_on()
    {
        await using var exchange = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);
        using var large = new StringContent("{\"need\":{\"title\":\"" + new string('a', 5_000_000) + "\"}}", null, "application/json");
        HttpStatusCode? answered = null;
        try
        {
            using var answer = await exchange.Json.PostAsync("/v1/suggestions:preview", large, cancellation);
            answered = answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            // the connection was closed before all was sent
        }

        Assert.Contains(answered, (HttpStatusCode?[])[null, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest]);

        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, exchange.Json.BaseAddress!.Port, cancellation);
        var stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("POST /v1/suggestions:preview HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"), cancellation);
        var since = Stopwatch.StartNew();
        var ended = stream.ReadAsync(new byte[1_000], cancellation).AsTask();
        using var drip = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (!ended.IsCompleted && since.Elapsed < TimeSpan.FromSeconds(25) && await drip.WaitForNextTickAsync(cancellation))
        {
            try
            {
                await stream.WriteAsync(" "u8.ToArray(), cancellation);
            }
            catch (IOException)
            {
                break; // cut off
            }
        }

        Assert.True(since.Elapsed < TimeSpan.FromSeconds(20), $"still open after {since.Elapsed}");
        Assert.Equal(HttpStatusCode.OK, (await exchange.Json.GetAsync("/v1/statistics", cancellation)).StatusCode);
    }
}
