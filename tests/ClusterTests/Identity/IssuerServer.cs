using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Identity;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CooperaNet.Matching.ClusterTests.Identity;

/// <summary>The built-in issuer with a gateway of its own over the cluster of all tests, on the real clock, with few rounds of hashing.</summary>
internal sealed partial class IssuerServer : IAsyncDisposable
{
    public const string Password = Browser.Password;
    private readonly WebApplication app;
    private readonly ExchangeFixture exchange;

    private IssuerServer(WebApplication app, ExchangeFixture exchange)
    {
        (this.app, this.exchange, Json) = (app, exchange, app.GetTestClient());
        Channel = GrpcChannel.ForAddress("http://localhost", new() { HttpHandler = app.GetTestServer().CreateHandler() });
    }

    /// <summary>Without cookies and tokens.</summary>
    public HttpClient Json { get; }

    public IServiceProvider Services => app.Services;

    public static async Task<IssuerServer> StartAsync(ExchangeFixture exchange, params (string Name, string Value)[] settings)
    {
        var web = WebApplication.CreateSlimBuilder();
        web.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateway:MaxDelay"] = "00:01:00", // tests share the processors, and are not refused for it
            ["SignIn:PasswordRounds"] = "1000",
            ["SignIn:RefusalTime"] = "00:00:00",
            ["SignIn:MaxAttemptsFrom"] = "100000",
            ["SignIn:Clients:0:Id"] = "pages",
            ["SignIn:Clients:0:RedirectUris:0"] = "https://page.example.org/back",
        });
        web.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));
        web.WebHost.UseTestServer();
        web.Services.AddSingleton(exchange.Grains).AddSingleton(TimeProvider.System);
        web.Services.AddIdentities(IdentityDatabase.Beside(exchange.Database.DataSource, exchange.Database.Folder), new("http://localhost/")).AddIssuer()
            .AddTokenIssuer(services => services.GetRequiredService<IssuerAddress>().Base.ToString(), services => services.IssuerKeys()).AddGateway();
        var app = web.Build().MapGateway();
        app.MapIssuer();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, exchange);
    }

    /// <summary>gRPC without a token.</summary>
    public GrpcChannel Channel { get; }

    /// <summary>Makes a partner exist.</summary>
    public static Task RegisterAsync(ExchangeFixture exchange, string partner) => exchange.Grains.GetParticipant(ParentId.Parse(partner, "name"))
        .RegisterAsync(new() { Name = partner, Country = "US", DisplayName = "Signs in" }, Caller.System, TestContext.Current.CancellationToken);

    public Browser Open() => new(new CookieHandler(app.GetTestServer().CreateHandler()));

    /// <summary>Invites a participant's account and takes it by the link of the letter; a partner is made first.</summary>
    public async Task<string> NewHolderAsync(string participant)
    {
        if (participant.StartsWith("partners/", StringComparison.Ordinal))
        {
            await RegisterAsync(exchange, participant);
        }

        var address = $"cooperation@{participant.Replace('/', '-')}.example.org";
        await exchange.Grains.GetAccount(ParentId.Parse(participant, "name")).InviteAsync(address, "", Caller.System, TestContext.Current.CancellationToken);
        using var browser = Open();
        Assert.Contains("sign-in?activated=true", await browser.TakeAccountAsync(await LinkAsync(address)), StringComparison.Ordinal);
        return address;
    }

    /// <summary>Staff with a password and, in <c>Key</c>, the key of their second factor.</summary>
    public async Task<(string Address, string Key)> NewStaffAsync(string address)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var link = await new IdentityVerbs(scope.ServiceProvider).InviteStaffAsync(address, "secretariat", TestContext.Current.CancellationToken);
        using var browser = Open();
        await browser.TakeAccountAsync(link.PathAndQuery);
        await browser.SignInAsync(address, Password);
        return (address, await browser.SetUpSecondFactorAsync());
    }

    /// <summary>The link in the newest letter to an address, as a path.</summary>
    public async Task<string> LinkAsync(string address) => Link().Matches(await LetterAsync(address))[^1].Groups[1].Value;

    /// <summary>The newest letter to an address, decoded.</summary>
    public async Task<string> LetterAsync(string address)
    {
        var letters = await Task.WhenAll(Directory.GetFiles(Path.Combine(exchange.Database.Folder, "mail"), "*.eml").OrderBy(File.GetLastWriteTimeUtc)
            .Select(async file => await MimeKit.MimeMessage.LoadAsync(file, TestContext.Current.CancellationToken)));
        return letters.Last(letter => letter.To.Mailboxes.Single().Address == address).TextBody!;
    }

    /// <summary>POST to the token endpoint.</summary>
    public async Task<JsonObject> TokenAsync(params (string Name, string Value)[] form)
    {
        using var answer = await Json.PostAsync("/connect/token", new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))), TestContext.Current.CancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>The tokens of a holder who allowed the command line to act.</summary>
    public async Task<JsonObject> SignInProgramAsync(string address)
    {
        using var browser = Open();
        await browser.SignInAsync(address, Password);
        using var asked = await Json.PostAsync("/connect/device", new FormUrlEncodedContent([new("client_id", "cooperanet"), new("scope", "offline_access")]), TestContext.Current.CancellationToken);
        var device = (await asked.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        await browser.SubmitAsync("/connect/verify", (await browser.GetAsync(new Uri($"{device["verification_uri_complete"]}").PathAndQuery)).Page, ("answer", "allow"));
        var tokens = await TokenAsync(("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", "cooperanet"), ("device_code", $"{device["device_code"]}"));
        Assert.True(tokens.ContainsKey("refresh_token"), tokens.ToJsonString());
        return tokens;
    }

    /// <summary>The status of a JSON call with this token.</summary>
    public async Task<int> AskAsync(string method, string path, string token, string? body = null)
    {
        using var request = new HttpRequestMessage(new(method), path) { Headers = { Authorization = new("Bearer", token) }, Content = body is null ? null : new StringContent(body, null, "application/json") };
        using var answer = await Json.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Json.Dispose();
        await app.DisposeAsync();
    }

    [GeneratedRegex(@"https?://localhost(/\S+)")]
    private static partial Regex Link();
}
