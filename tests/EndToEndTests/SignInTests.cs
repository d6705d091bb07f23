using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CooperaNet.Matching.ClusterTests.Identity;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>The README's way of a newcomer, from an empty folder to the audit trail, with the built programs.</summary>
public sealed partial class SignInTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-newcomer-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task A_newcomer_signs_in_invites_an_authority_publishes_as_it_and_reads_it_all_in_the_audit(string environment)
    {
        var secrets = new List<string> { Browser.Password };
        var exchange = ExchangeProcess.Start(directory, false, ("ASPNETCORE_ENVIRONMENT", environment));
        await using var running = exchange;
        await exchange.ReadyAsync(cancellation);
        var address = exchange.Json.BaseAddress!.ToString();

        // the Secretariat
        await using var verb = ExchangeProcess.Command(directory, ["invite-secretariat", "first@secretariat.example.org"], ("Gateway__JsonPort", $"{exchange.Json.BaseAddress!.Port}"), ("ASPNETCORE_ENVIRONMENT", environment));
        Assert.Equal(0, (await verb.EndAsync(cancellation)).ExitCode);
        var link = (await verb.OutputAsync()).TrimEnd().Split('\n')[^1];
        Assert.StartsWith(address, link, StringComparison.Ordinal);
        using var staff = Open(address);
        Assert.Contains("activated", await staff.TakeAccountAsync(new Uri(link).PathAndQuery), StringComparison.Ordinal);
        await staff.SignInAsync("first@secretariat.example.org", Browser.Password);
        secrets.Add(await staff.SetUpSecondFactorAsync());
        var secretariat = await LoginAsync(exchange, "secretariat", staff);

        // Barbados
        await SendAsync(exchange, HttpMethod.Post, "/v1/authorities/bb/account:invite", """{"address":"cooperation@ministry.example.org"}""", secretariat, HttpStatusCode.OK);
        var letter = await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(Path.Combine(directory, "mail"), "*.eml")), cancellation);
        var invitation = Link().Match(letter.Replace("=\r\n", "", StringComparison.Ordinal).Replace("=\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal)).Groups[1].Value;
        using var holder = Open(address);
        Assert.Contains("activated", await holder.TakeAccountAsync(invitation), StringComparison.Ordinal);
        await holder.SignInAsync("cooperation@ministry.example.org", Browser.Password);
        var barbados = await LoginAsync(exchange, "barbados", holder);
        secrets.AddRange([secretariat, barbados, new Uri(link).Query.Split("code=")[1], invitation.Split("code=")[1]]);

        await SendAsync(exchange, HttpMethod.Post, "/v1/authorities/bb/offers?offerId=reefs", """{"title":"Reef monitoring for small islands","languageCode":"en"}""", barbados, HttpStatusCode.OK);
        await SendAsync(exchange, HttpMethod.Post, "/v1/authorities/bb/offers/reefs:publish", "{}", barbados, HttpStatusCode.OK);
        await SendAsync(exchange, HttpMethod.Post, "/v1/authorities/jm/offers?offerId=not-mine", """{"title":"Not mine","languageCode":"en"}""", barbados, HttpStatusCode.Forbidden);
        await SendAsync(exchange, HttpMethod.Post, "/v1/authorities/bb/needs?needId=sewage", """{"title":"Sewage of small towns","languageCode":"en"}""", secretariat, HttpStatusCode.Forbidden);
        await SendAsync(
            exchange, HttpMethod.Post, "/v1/authorities/bb/needs?needId=sewage&onBehalfOf.participant=authorities/bb&onBehalfOf.instruction=note%20of%202026-03-02", """{"title":"Sewage of small towns","languageCode":"en"}""", secretariat, HttpStatusCode.OK);

        var events = (await SendAsync(exchange, HttpMethod.Get, "/v1/auditEvents?participant=authorities/bb", null, secretariat, HttpStatusCode.OK))["events"]!.AsArray();
        Assert.Equal(["create SECRETARIAT note of 2026-03-02", "publish FOCAL_POINT ", "create FOCAL_POINT ", "activate FOCAL_POINT ", "invite SECRETARIAT ", "seed SYSTEM "], events.Select(told => $"{told!["verb"]} {told["role"]} {told["instruction"]}"));
        var signIns = (await SendAsync(exchange, HttpMethod.Get, "/v1/signInEvents?participant=authorities/bb", null, secretariat, HttpStatusCode.OK))["events"]!.AsArray();
        Assert.Equal(["signed-in", "activated"], signIns.Select(told => $"{told!["outcome"]}"));

        // an account that ends is out within a second, and its program can't come back
        await SendAsync(exchange, HttpMethod.Post, "/v1/authorities/bb/account:suspend", "{}", secretariat, HttpStatusCode.OK);
        var since = Stopwatch.StartNew();
        while ((await AskAsync(exchange, HttpMethod.Get, "/v1/authorities/bb/account", null, barbados)).StatusCode != HttpStatusCode.Unauthorized)
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(1), $"still in after {since.Elapsed}");
        }

        Assert.Equal(0, (await ClientAsync(exchange, "secretariat", "logout")).Code);
        Assert.Equal(2, (await ClientAsync(exchange, "secretariat", "token")).Code);
        await exchange.StopAsync(cancellation);
        var logs = await exchange.OutputAsync() + (await exchange.EndAsync(cancellation)).Errors;
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, logs, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_without_the_issuer_gives_no_tokens()
    {
        await using var exchange = await ExchangeProcess.Start(directory, false, ("SignIn__IsOn", "false")).ReadyAsync(cancellation);

        Assert.Equal(HttpStatusCode.NotFound, (await exchange.Json.GetAsync("/.well-known/openid-configuration", cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await exchange.Json.GetAsync("/identity/sign-in", cancellation)).StatusCode);
    }

    private static Browser Open(string address) => new(new CookieHandler(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }), address);

    /// <summary>Signs in the command line, allowed in the browser, and prints its token.</summary>
    private async Task<string> LoginAsync(ExchangeProcess exchange, string who, Browser browser)
    {
        using var login = Client(exchange, who, "login", "--issuer", exchange.Json.BaseAddress!.ToString());
        var page = VerificationPage().Match((await login.StandardOutput.ReadLineAsync(cancellation))!).Groups[1].Value;
        Assert.Equal((HttpStatusCode.Redirect, "/identity/program"), await browser.SubmitAsync("/connect/verify", (await browser.GetAsync(page)).Page, ("answer", "allow")));
        await login.WaitForExitAsync(cancellation);
        Assert.Equal(0, login.ExitCode);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory, who, "cooperanet", "sign-in.json")));
        }

        var (code, token) = await ClientAsync(exchange, who, "token");
        Assert.Equal(0, code);
        return token.Trim();
    }

    private async Task<(int Code, string Output)> ClientAsync(ExchangeProcess exchange, string who, params string[] arguments)
    {
        using var client = Client(exchange, who, arguments);
        var text = await client.StandardOutput.ReadToEndAsync(cancellation);
        await client.WaitForExitAsync(cancellation);
        return (client.ExitCode, text);
    }

    private Process Client(ExchangeProcess exchange, string who, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [ClientProcess.Program, .. arguments]) { RedirectStandardOutput = true };
        start.Environment["COOPERANET_SERVER"] = exchange.Grpc.BaseAddress!.ToString();
        start.Environment["XDG_CONFIG_HOME"] = Directory.CreateDirectory(Path.Combine(directory, who)).FullName;
        return Process.Start(start)!;
    }

    private async Task<JsonObject> SendAsync(ExchangeProcess exchange, HttpMethod method, string path, string? body, string token, HttpStatusCode expected)
    {
        using var answer = await AskAsync(exchange, method, path, body, token);
        Assert.Equal((path, expected), (path, answer.StatusCode));
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
    }

    private Task<HttpResponseMessage> AskAsync(ExchangeProcess exchange, HttpMethod method, string path, string? body, string token) => exchange.Json.SendAsync(
        new(method, path) { Content = body is null ? null : new StringContent(body, null, "application/json"), Headers = { Authorization = new("Bearer", token) } }, cancellation);

    [GeneratedRegex(@"https?://[^/]+(/identity/activate\S+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"https?://[^/]+(/connect/verify\S+)")]
    private static partial Regex VerificationPage();
}
