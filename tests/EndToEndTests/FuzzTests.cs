using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>A thousand malformed requests on each port. Each is refused as the caller's fault or is valid after all; none is a failure of ours.</summary>
public sealed class FuzzTests(ITestOutputHelper output) : IDisposable
{
    private const int Requests = 1_000;
    private const long MemoryAllowance = 150 << 20;

    private static readonly string[] JsonTargets =
    [
        "POST /v1/authorities/pe/offers?offerId={0} {{\"title\":\"Solar wells\",\"summary\":\"Drilling wells\",\"languageCode\":\"en\",\"goals\":[6],\"areasOfFocus\":[\"culture\"],\"maturity\":\"IN_EXECUTION\",\"expireTime\":\"2030-01-01T00:00:00Z\"}}",
        "PATCH /v1/authorities/pe/offers/seed?updateMask=title,{0} {{\"title\":\"Solar wells\",\"links\":[\"https://example.org\"]}}",
        "POST /v1/authorities/pe/offers/seed:publish {{\"etag\":\"{0}\",\"requestId\":\"{0}\"}}",
        "POST /v1/authorities/pe/catalogImports {{\"rows\":[{{\"sourceReference\":\"{0}\",\"kind\":\"OFFER\",\"title\":\"Solar wells\",\"goals\":[6]}}],\"publish\":true,\"validateOnly\":true}}",
        "POST /v1/suggestions:preview {{\"need\":{{\"title\":\"Wells {0}\",\"summary\":\"Water\",\"goals\":[6]}},\"minScore\":0.5,\"pageSize\":3}}",
        "GET /v1/authorities/-/offers?filter={0}&pageToken={0}&orderBy={0}&pageSize=3 ",
        "GET /v1/authorities/{0}/offers/{0} ",
        "GET /v1/statistics?asOfTime={0}&languageCode={0} ",
    ];

    private static readonly (string Method, byte[] Message)[] GrpcTargets =
    [
        ("ExchangeService/CreateOffer", [10, 14, .. "authorities/pe"u8, 18, 13, 18, 11, .. "Solar wells"u8]),
        ("ExchangeService/ListOffers", [10, 13, .. "authorities/-"u8, 26, 5, .. "token"u8]),
        ("ExchangeService/PublishOffer", [10, 26, .. "authorities/pe/offers/seed"u8]),
        ("MatchingService/PreviewSuggestions", [10, 13, 18, 11, .. "Solar wells"u8]),
        ("StatisticsService/GetStatistics", [10, 2, 8, 1]),
        ("AuthorityService/GetAuthority", [10, 14, .. "authorities/pe"u8]),
    ];

    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-fuzz-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task Malformed_requests_are_the_callers_fault_and_memory_stays_flat(string provider)
    {
        await using var database = await TestDatabase.StartAsync(provider, directory, cancellation);
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var exchange = await ExchangeProcess.Start(directory, false, database.Settings).ReadyAsync(cancellation);
        await SendJsonAsync(exchange, random, 100);
        await SendGrpcAsync(exchange, random, 100);
        var before = exchange.Memory;

        await SendJsonAsync(exchange, random, Requests);
        await SendGrpcAsync(exchange, random, Requests);

        Assert.InRange(exchange.Memory - before, long.MinValue, MemoryAllowance);
        using var healthy = await exchange.Json.GetAsync("/health/ready", cancellation);
        Assert.True(healthy.IsSuccessStatusCode);
    }

    private async Task SendJsonAsync(ExchangeProcess exchange, Random random, int count)
    {
        var answers = new Dictionary<HttpStatusCode, int>();
        for (var i = 0; i < count; i++)
        {
            var target = string.Format(null, JsonTargets[random.Next(JsonTargets.Length)], Uri.EscapeDataString(Word(random))).Split(' ', 3);
            using var request = new HttpRequestMessage(new(target[0]), target[1]);
            if (target[2].Length > 0)
            {
                request.Content = new ByteArrayContent(Mutate(Encoding.UTF8.GetBytes(target[2]), random));
                request.Content.Headers.ContentType = new("application/json");
            }

            using var answer = await exchange.Json.SendAsync(request, cancellation);
            answers[answer.StatusCode] = answers.GetValueOrDefault(answer.StatusCode) + 1;
            Assert.True((int)answer.StatusCode < 500, $"{string.Join(' ', target)} -> {answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
        }

        output.WriteLine(string.Join(", ", answers));
    }

    private async Task SendGrpcAsync(ExchangeProcess exchange, Random random, int count)
    {
        string[] ours = ["none", "2", "12", "13", "14", "15"]; // UNKNOWN, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS
        var answers = new Dictionary<string, int>();
        for (var i = 0; i < count; i++)
        {
            var (method, message) = GrpcTargets[random.Next(GrpcTargets.Length)];
            var mutated = Mutate(message, random);
            var frame = new byte[5 + mutated.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), mutated.Length);
            mutated.CopyTo(frame, 5);
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/cooperanet.matching.v1.{method}")
            {
                Content = new ByteArrayContent(frame),
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Content.Headers.ContentType = new("application/grpc");
            request.Headers.Authorization = new("Bearer", await exchange.TokenAsync("authorities/pe"));
            request.Headers.TE.Add(new("trailers"));
            using var answer = await exchange.Grpc.SendAsync(request, cancellation);
            await answer.Content.ReadAsByteArrayAsync(cancellation);
            var status = answer.Headers.Concat(answer.TrailingHeaders).FirstOrDefault(header => header.Key == "grpc-status").Value?.Single() ?? $"none";
            answers[status] = answers.GetValueOrDefault(status) + 1;
            Assert.False(ours.Contains(status), $"{method} {Convert.ToHexString(mutated.AsSpan(0, Math.Min(mutated.Length, 200)))} -> {status}");
        }

        output.WriteLine(string.Join(", ", answers));
    }

    /// <summary>One or two places changed, removed, doubled or cut off; now and then invalid UTF-8 or a very long insertion.</summary>
    private static byte[] Mutate(byte[] message, Random random)
    {
        var bytes = message.ToList();
        for (var n = random.Next(1, 3); n > 0 && bytes.Count > 1; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(8, bytes.Count - at))); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                case 4: bytes.InsertRange(at, [0xC3, 0x28, 0xFF]); break;
                case 5: bytes.InsertRange(at, Enumerable.Repeat((byte)'9', random.Next(1, 20_000))); break;
                default: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            }
        }

        return [.. bytes];
    }

    private static string Word(Random random) => random.Next(6) switch
    {
        0 => "",
        1 => new string('a', random.Next(1, 3_000)),
        2 => Convert.ToBase64String(BitConverter.GetBytes(random.NextInt64())),
        3 => new string([.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => (char)random.Next(1, 0xD800))]),
        4 => "goal = ((18 OR \"" + random.Next(),
        _ => $"{random.Next(-5, 100_000)}",
    };
}
