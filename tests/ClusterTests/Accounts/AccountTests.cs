using System.Net;
using System.Text.Json.Nodes;
using CooperaNet.Matching.ClusterTests.Identity;
using CooperaNet.Matching.Identity;
using CooperaNet.Matching.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace CooperaNet.Matching.ClusterTests.Accounts;

/// <summary>An account from its invitation to its end, by the pages, the letters and the gateway.</summary>
public class AccountTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    /// <summary>As the Secretariat, by the gateway of all tests.</summary>
    private AccountService.AccountServiceClient Accounts => new(exchange.As());

    [Fact]
    public async Task An_invitation_is_taken_once_by_its_link_and_the_audit_tells_it()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var address = "cooperation@taken.example.org";
        var invited = await Accounts.InviteAccountAsync(new() { Name = "authorities/ni/account", Address = address }, cancellationToken: cancellation);
        Assert.Equal((AccountState.Invited, Account.Types.Mail.Written, ""), (invited.State, invited.LastMail, invited.PersonalAddressReason));
        var link = await issuer.LinkAsync(address);
        using var browser = issuer.Open();

        var (_, form) = await browser.GetAsync(link);
        Assert.Contains(address, form, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SubmitAsync("/identity/activate", form, ("password", "short"), ("again", "short"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.SubmitAsync("/identity/activate", form, ("password", IssuerServer.Password), ("again", "something else!"))).Status);
        Assert.Equal("/identity/sign-in?activated=true", (await browser.SubmitAsync("/identity/activate", form, ("password", IssuerServer.Password), ("again", IssuerServer.Password))).Page);

        Assert.Equal(HttpStatusCode.Gone, (await browser.SubmitAsync("/identity/activate", form, ("password", "another password"), ("again", "another password"))).Status);
        Assert.Equal(HttpStatusCode.Gone, (await browser.GetAsync(link)).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignInAsync(address, IssuerServer.Password)).Status);
        var events = (await exchange.GetAsync("/v1/auditEvents?resource=authorities/ni&pageSize=2"))["events"]!.AsArray();
        Assert.Equal(("activate FOCAL_POINT", "invite SECRETARIAT"), ($"{events[0]!["verb"]} {events[0]!["role"]}", $"{events[1]!["verb"]} {events[1]!["role"]}"));
        Assert.Equal("INVITED → ACTIVE", $"{events[0]!["changes"]![0]!["before"]} → {events[0]!["changes"]![0]!["after"]}");
        Assert.NotNull((await GetAsync("authorities/ni")).LastSignInTime);
    }

    [Fact]
    public async Task However_many_take_a_link_at_once_one_account_becomes_active_and_its_password_works()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var address = "cooperation@race.example.org";
        await RegisterAsync("partners/account-race");
        await Accounts.InviteAccountAsync(new() { Name = "partners/account-race/account", Address = address }, cancellationToken: cancellation);
        var link = await issuer.LinkAsync(address);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            using var browser = issuer.Open();
            return await browser.TakeAccountAsync(link);
        }));

        Assert.Equal(1, answers.Count(page => page == "/identity/sign-in?activated=true"));
        Assert.Equal(AccountState.Active, (await GetAsync("partners/account-race")).State);
        using var holder = issuer.Open();
        Assert.Equal(HttpStatusCode.Redirect, (await holder.SignInAsync(address, IssuerServer.Password)).Status);
    }

    [Fact]
    public async Task Of_verbs_that_race_each_sees_what_the_one_before_left()
    {
        var account = exchange.Grains.GetAccount(Name("partners/account-verbs"));
        var grain = exchange.Grains.GetParticipant(Name("partners/account-verbs"));
        await RegisterAsync("partners/account-verbs");
        var before = (await grain.FindAsync(cancellation))!.Revision;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            try
            {
                await account.InviteAsync($"race-{i}@verbs.example.org", "", Caller.System, cancellation);
                return true;
            }
            catch (MatchingException refusal) when (refusal.Error == MatchingError.WrongState)
            {
                return false;
            }
        }));

        Assert.Equal((1, before + 1), (outcomes.Count(won => won), (await grain.FindAsync(cancellation))!.Revision));
    }

    [Fact]
    public async Task A_suspended_account_is_out_within_a_second_everywhere_and_resuming_revives_no_token()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var address = await issuer.NewHolderAsync("partners/account-suspended");
        var tokens = await issuer.SignInProgramAsync(address);
        var token = $"{tokens["access_token"]}";
        Assert.Equal(200, await issuer.AskAsync("POST", "/v1/partners/account-suspended/offers?offerId=before", token, """{"title":"Still in","languageCode":"en"}"""));
        using var stream = await OpenStreamAsync(issuer, token);

        await Accounts.SuspendAccountAsync(new() { Name = "partners/account-suspended/account" }, cancellationToken: cancellation);
        var since = System.Diagnostics.Stopwatch.StartNew();
        while (await issuer.AskAsync("GET", "/v1/partners/account-suspended/account", token) != 401)
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(1), $"still in after {since.Elapsed}");
        }

        Assert.Equal(401, await issuer.AskAsync("POST", "/v1/partners/account-suspended/offers?offerId=after", token, """{"title":"Out","languageCode":"en"}"""));
        await AssertEndedAsync(stream);
        Assert.Equal("invalid_grant", $"{(await RefreshAsync(issuer, tokens))["error"]}");
        using var browser = issuer.Open();
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SignInAsync(address, IssuerServer.Password)).Status);

        await Accounts.ResumeAccountAsync(new() { Name = "partners/account-suspended/account" }, cancellationToken: cancellation);
        Assert.Equal(401, await issuer.AskAsync("GET", "/v1/partners/account-suspended/account", token));
        var again = await issuer.SignInProgramAsync(address);
        Assert.Equal(200, await issuer.AskAsync("GET", "/v1/partners/account-suspended/account", $"{again["access_token"]}"));
    }

    [Fact]
    public async Task Another_issuers_tokens_are_refused_while_the_account_is_suspended()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        await issuer.NewHolderAsync("partners/account-foreign");
        var token = exchange.Issuer.TokenOf("partners/account-foreign");
        async Task<string?> AskAsync() => (await exchange.AnonymousJson.SendAsync(new(HttpMethod.Get, "/v1/partners/account-foreign/account") { Headers = { Authorization = new("Bearer", token) } }, cancellation)).StatusCode.ToString();
        Assert.Equal("OK", await AskAsync());

        await Accounts.SuspendAccountAsync(new() { Name = "partners/account-foreign/account" }, cancellationToken: cancellation);
        exchange.Clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal("Unauthorized", await AskAsync());

        await exchange.Grains.GetAccount(Name("partners/account-foreign")).ResumeAsync("", Caller.System, cancellation);
        exchange.Clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal("OK", await AskAsync());
    }

    [Fact]
    public async Task Handing_over_ends_the_holder_and_a_new_one_takes_the_account()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var old = await issuer.NewHolderAsync("partners/account-handed");
        var tokens = await issuer.SignInProgramAsync(old);
        using var browser = issuer.Open();
        await browser.SignInAsync(old, IssuerServer.Password);

        string secret;
        await using (var scope = issuer.Services.CreateAsyncScope())
        {
            secret = await new IdentityVerbs(scope.ServiceProvider).SetApplicationAsync("handed", "partners/account-handed", ["read"], cancellation);
        }

        async Task<bool> GetsTokensAsync() => (await issuer.TokenAsync(("grant_type", "client_credentials"), ("client_id", "handed"), ("client_secret", secret), ("scope", "read"))).ContainsKey("access_token");
        Assert.True(await GetsTokensAsync());
        await Accounts.HandOverAccountAsync(new() { Name = "partners/account-handed/account", Address = "cooperation@successor.example.org" }, cancellationToken: cancellation);
        Assert.False(await GetsTokensAsync()); // nobody answers for the program now
        using var successor = issuer.Open();
        await successor.TakeAccountAsync(await issuer.LinkAsync("cooperation@successor.example.org"));
        Assert.True(await GetsTokensAsync());

        Assert.Equal("invalid_grant", $"{(await RefreshAsync(issuer, tokens))["error"]}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SignInAsync(old, IssuerServer.Password)).Status);
        Assert.StartsWith("/identity/sign-in", (await browser.GetAsync("/connect/verify")).Page, StringComparison.Ordinal); // the open session, too
        var now = await issuer.SignInProgramAsync("cooperation@successor.example.org");
        Assert.Equal(200, await issuer.AskAsync("GET", "/v1/partners/account-handed/account", $"{now["access_token"]}"));
        Assert.Equal(401, await issuer.AskAsync("GET", "/v1/partners/account-handed/account", $"{tokens["access_token"]}"));
    }

    /// <summary>The answer was lost, and the gateway or the client asks again.</summary>
    [Fact]
    public async Task A_repeated_request_does_nothing_twice()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        await RegisterAsync("partners/account-again");
        var invite = new InviteAccountRequest { Name = "partners/account-again/account", Address = "first@again.example.org", RequestId = "invite-1" };
        var invited = await Accounts.InviteAccountAsync(invite, cancellationToken: cancellation);
        var link = await issuer.LinkAsync("first@again.example.org");
        Assert.Equal(invited, await Accounts.InviteAccountAsync(invite, cancellationToken: cancellation));

        var handOver = new HandOverAccountRequest { Name = invite.Name, Address = "second@again.example.org", Etag = invited.Etag, RequestId = "hand-over-1" };
        var handed = await Accounts.HandOverAccountAsync(handOver, cancellationToken: cancellation);
        Assert.Equal(handed, await Accounts.HandOverAccountAsync(handOver, cancellationToken: cancellation));
        Assert.NotEqual(invited.Etag, handed.Etag);

        using var browser = issuer.Open();
        Assert.Equal(HttpStatusCode.Gone, (await browser.GetAsync(link)).Status);
        await browser.TakeAccountAsync(await issuer.LinkAsync("second@again.example.org"));
        var suspend = new SuspendAccountRequest { Name = invite.Name, RequestId = "suspend-1" };
        var suspended = await Accounts.SuspendAccountAsync(suspend, cancellationToken: cancellation);
        Assert.Equal(suspended, await Accounts.SuspendAccountAsync(suspend, cancellationToken: cancellation));
        var resumed = await Accounts.ResumeAccountAsync(new() { Name = invite.Name, RequestId = "resume-1" }, cancellationToken: cancellation);
        Assert.Equal(resumed, await Accounts.SuspendAccountAsync(suspend, cancellationToken: cancellation)); // known after another change, too
        Assert.Equal(resumed, await Accounts.InviteAccountAsync(invite, cancellationToken: cancellation));
        await Accounts.SuspendAccountAsync(new() { Name = invite.Name }, cancellationToken: cancellation);
        suspend.RequestId = "suspend-2";
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(async () => await Accounts.SuspendAccountAsync(suspend, cancellationToken: cancellation))).StatusCode);
    }

    /// <summary>Also one that an account is only about to have: whoever comes second is refused.</summary>
    [Fact]
    public async Task An_address_that_another_account_changes_to_is_taken()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var old = await issuer.NewHolderAsync("partners/account-promised");
        var token = $"{(await issuer.SignInProgramAsync(old))["access_token"]}";
        Assert.Equal(200, await issuer.AskAsync("POST", "/v1/partners/account-promised/account:changeAddress", token, """{"address":"promised@taken-twice.example.org"}"""));
        await RegisterAsync("partners/account-late");

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Accounts.InviteAccountAsync(new() { Name = "partners/account-late/account", Address = "promised@taken-twice.example.org" }, cancellationToken: cancellation));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
    }

    [Fact]
    public async Task An_address_changes_when_both_have_confirmed()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var old = await issuer.NewHolderAsync("partners/account-moved");
        var token = $"{(await issuer.SignInProgramAsync(old))["access_token"]}";
        Assert.Equal(200, await issuer.AskAsync("POST", "/v1/partners/account-moved/account:changeAddress", token, """{"address":"new@changed.example.org"}"""));
        using var browser = issuer.Open();
        async Task ConfirmAsync(string address) => Assert.Equal(HttpStatusCode.OK, (await browser.SubmitAsync("/identity/address", (await browser.GetAsync(await issuer.LinkAsync(address))).Page)).Status);

        await ConfirmAsync("new@changed.example.org");
        Assert.Equal(old, (await GetAsync("partners/account-moved")).Address);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SignInAsync("new@changed.example.org", IssuerServer.Password)).Status);
        await ConfirmAsync(old);

        Assert.Equal("new@changed.example.org", (await GetAsync("partners/account-moved")).Address);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignInAsync("new@changed.example.org", IssuerServer.Password)).Status);
        Assert.Equal(HttpStatusCode.Gone, (await browser.SubmitAsync("/identity/address", (await browser.GetAsync(await issuer.LinkAsync(old))).Page)).Status);
    }

    [Fact]
    public async Task An_address_that_somebody_else_signs_in_with_is_not_said_to_have_changed()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var old = await issuer.NewHolderAsync("partners/account-blocked");
        var token = $"{(await issuer.SignInProgramAsync(old))["access_token"]}";
        Assert.Equal(200, await issuer.AskAsync("POST", "/v1/partners/account-blocked/account:changeAddress", token, """{"address":"staff@blocked.example.org"}"""));
        var (forNew, forOld) = (await issuer.LinkAsync("staff@blocked.example.org"), await issuer.LinkAsync(old));
        await issuer.NewStaffAsync("staff@blocked.example.org");
        using var browser = issuer.Open();
        async Task<HttpStatusCode> ConfirmAsync(string link) => (await browser.SubmitAsync("/identity/address", (await browser.GetAsync(link)).Page)).Status;

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Conflict), (await ConfirmAsync(forNew), await ConfirmAsync(forOld)));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignInAsync(old, IssuerServer.Password)).Status);
    }

    [Fact]
    public async Task The_Secretariat_sees_who_waits_who_sleeps_and_whose_address_looks_personal()
    {
        await RegisterAsync("partners/seen");
        await Accounts.InviteAccountAsync(new() { Name = "partners/seen/account", Address = "ana.prueba@seen.example.org" }, cancellationToken: cancellation);

        var invited = (await exchange.GetAsync("/v1/accounts?state=ACCOUNT_STATE_INVITED&pageSize=1000"))["accounts"]!.AsArray();

        Assert.All(invited, account => Assert.Equal("INVITED", $"{account!["state"]}"));
        Assert.Contains("name and a surname", $"{invited.Single(account => $"{account!["name"]}" == "partners/seen/account")!["personalAddressReason"]}", StringComparison.Ordinal);
        Assert.DoesNotContain((await exchange.GetAsync("/v1/accounts?bouncedOnly=true"))["accounts"]!.AsArray(), account => $"{account!["name"]}" == "partners/seen/account");
        Assert.DoesNotContain((await exchange.GetAsync("/v1/accounts?dormantOnly=true"))["accounts"]!.AsArray(), account => $"{account!["name"]}" == "partners/seen/account");
        var pages = await exchange.GetAsync("/v1/accounts?pageSize=2");
        Assert.NotEqual($"{pages["accounts"]![0]!["name"]}", $"{(await exchange.GetAsync($"/v1/accounts?pageSize=2&pageToken={Uri.EscapeDataString($"{pages["nextPageToken"]}")}"))["accounts"]![0]!["name"]}");
    }

    [Theory]
    [InlineData("not an address")]
    [InlineData("two@a.example.org, three@a.example.org")]
    [InlineData("\"Ana\" <ana@a.example.org>")]
    [InlineData("a@a.example.org\r\nBcc: b@b.example.org")]
    [InlineData("a@localhost")]
    [InlineData("")]
    public async Task An_address_that_is_none_is_refused(string address)
    {
        await RegisterAsync("partners/account-none");

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Accounts.InviteAccountAsync(
            new() { Name = "partners/account-none/account", Address = address }, cancellationToken: cancellation));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
    }

    [Fact]
    public async Task An_address_serves_one_account()
    {
        await RegisterAsync("partners/account-one");
        await RegisterAsync("partners/account-two");
        await exchange.Grains.GetAccount(Name("partners/account-one")).InviteAsync("shared@one.example.org", "", Caller.System, cancellation);

        var refusal = await Assert.ThrowsAsync<MatchingException>(() => exchange.Grains.GetAccount(Name("partners/account-two")).InviteAsync("Shared@One.example.org", "", Caller.System, cancellation));

        Assert.Equal(MatchingError.Invalid, refusal.Error);
    }

    private static ParentId Name(string participant) => ParentId.Parse(participant, "name");

    private async Task<Account> GetAsync(string participant) => await Accounts.GetAccountAsync(new() { Name = $"{participant}/account" }, cancellationToken: cancellation);

    private Task RegisterAsync(string partner) => IssuerServer.RegisterAsync(exchange, partner);

    private async Task<AsyncServerStreamingCall<WatchStatisticsResponse>> OpenStreamAsync(IssuerServer issuer, string token)
    {
        var stream = new StatisticsService.StatisticsServiceClient(issuer.Channel).WatchStatistics(new(), new Metadata { { "authorization", $"Bearer {token}" } }, cancellationToken: cancellation);
        Assert.True(await stream.ResponseStream.MoveNext(cancellation));
        return stream;
    }

    private async Task AssertEndedAsync(AsyncServerStreamingCall<WatchStatisticsResponse> stream)
    {
        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await stream.ResponseStream.MoveNext(cancellation))
            {
            }
        });
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
    }

    private static Task<JsonObject> RefreshAsync(IssuerServer issuer, JsonObject tokens) =>
        issuer.TokenAsync(("grant_type", "refresh_token"), ("client_id", "cooperanet"), ("refresh_token", $"{tokens["refresh_token"]}"));
}
