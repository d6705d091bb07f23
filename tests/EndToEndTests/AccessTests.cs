using System.Net;
using System.Net.Http.Headers;
using CooperaNet.Matching.V1;
using Grpc.Net.Client;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>Tokens of the built program, and TLS.</summary>
public sealed class AccessTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-access-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Who_may_read_the_folder_gets_a_token_while_the_service_runs_and_another_installations_is_refused()
    {
        await using var exchange = await ExchangeProcess.Start(Path.Combine(directory, "one")).ReadyAsync(cancellation);
        await using var other = await ExchangeProcess.Start(Path.Combine(directory, "other")).ReadyAsync(cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (await FindingsAsync(exchange, await exchange.TokenAsync()), await FindingsAsync(exchange, await other.TokenAsync())));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory, "one", "installation-key.pem")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory, "one", "identity.db")));
        }
    }

    [Theory]
    [InlineData("a folder without a key", "Development", "has no key yet", "--role", "secretariat")]
    [InlineData("Production", "Production", "'token' is for development", "--role", "secretariat")]
    [InlineData("a role that is none", "Development", "'king' not recognized", "--role", "king")]
    [InlineData("the service itself", "Development", "'system' not recognized", "--role", "system")]
    [InlineData("a focal point of nobody", "Development", "--participant '' does not fit", "--role", "focal-point")]
    [InlineData("a Secretariat with an authority", "Development", "--participant 'authorities/bb' does not fit", "--role", "secretariat", "--participant", "authorities/bb")]
    [InlineData("scopes for a person", "Development", "--scope is for applications only", "--role", "secretariat", "--scope", "read")]
    [InlineData("an instruction for a focal point", "Development", "--instruction is for the Secretariat only", "--role", "focal-point", "--participant", "authorities/bb", "--instruction", "note")]
    public async Task A_token_is_refused(string why, string environment, string said, params string[] arguments)
    {
        await using var command = ExchangeProcess.Command(directory, ["token", .. arguments], ("ASPNETCORE_ENVIRONMENT", environment));
        var (code, errors) = await command.EndAsync(cancellation);

        Assert.NotEqual((0, why), (code, why));
        Assert.Contains(said, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Production_service_takes_no_token_of_the_folders_key()
    {
        string token;
        await using (var development = await ExchangeProcess.Start(directory).ReadyAsync(cancellation))
        {
            token = await development.TokenAsync();
            await development.StopAsync(cancellation);
        }

        await using var production = await ExchangeProcess.Start(directory, false, ("ASPNETCORE_ENVIRONMENT", "Production")).ReadyAsync(cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, await FindingsAsync(production, token));
    }

    [Theory]
    [InlineData("PEM")]
    [InlineData("PKCS #12")]
    public async Task With_a_certificate_both_ports_speak_tls(string form)
    {
        var settings = await (form == "PEM" ? TestCertificate.WriteAsync(directory, "certificate", "Gateway") : TestCertificate.WritePkcs12Async(directory, "certificate", "Gateway"));
        await using var exchange = await ExchangeProcess.Start(Path.Combine(directory, "data"), false, settings).ReadyAsync(cancellation);
        using var channel = GrpcChannel.ForAddress(exchange.Grpc.BaseAddress!, new() { HttpClient = exchange.Grpc });

        Assert.Equal(HttpStatusCode.OK, await FindingsAsync(exchange, await exchange.TokenAsync()));
        Assert.Equal(5, (await new StatisticsService.StatisticsServiceClient(channel).GetStatisticsAsync(new(), cancellationToken: cancellation)).Tables.Count);
        using var plain = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => plain.GetAsync(new UriBuilder(exchange.Json.BaseAddress!) { Scheme = "http" }.Uri, cancellation));
    }

    [Fact]
    public async Task The_client_sends_no_token_in_the_clear_to_another_computer()
    {
        await using var exchange = await ExchangeProcess.Start(directory).ReadyAsync(cancellation);

        var (code, said) = await ClientProcess.RunAsync(exchange, cancellation, "stats", "--server", "http://192.0.2.1:8081");

        Assert.Equal(2, code);
        Assert.Contains("over https only", string.Join(' ', said.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> FindingsAsync(ExchangeProcess exchange, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/findings") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var answer = await exchange.Json.SendAsync(request, cancellation);
        return answer.StatusCode;
    }
}
