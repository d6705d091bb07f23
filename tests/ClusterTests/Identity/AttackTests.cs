using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace CooperaNet.Matching.ClusterTests.Identity;

/// <summary>What somebody tries at the sign-in pages who doesn't belong there.</summary>
public partial class AttackTests(ExchangeFixture exchange)
{
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_wrong_passwords_lock_the_address_for_other_processes_too()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var address = await issuer.NewHolderAsync("partners/attacked");
        using var attacker = issuer.Open();
        var (_, form) = await attacker.GetAsync("/identity/sign-in");

        var answers = new Dictionary<HttpStatusCode, int>();
        for (var i = 0; i < 10_000; i++)
        {
            var (status, _) = await attacker.SubmitAsync("/identity/sign-in", form, ("address", address), ("password", $"guess number {i}"));
            answers[status] = answers.GetValueOrDefault(status) + 1;
        }

        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests], answers.Keys.Order());
        Assert.InRange(answers[HttpStatusCode.Unauthorized], 5, 40);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await attacker.SignInAsync(address, IssuerServer.Password)).Status);
        await using var another = await IssuerServer.StartAsync(exchange);
        using var holder = another.Open();
        Assert.Equal(HttpStatusCode.Unauthorized, (await holder.SignInAsync(address, IssuerServer.Password)).Status);
    }

    [Fact]
    public async Task An_address_that_nobody_has_is_answered_as_a_wrong_password_is()
    {
        // the product's own rounds of hashing and time of a refusal: what is compared is what an attacker could measure
        await using var issuer = await IssuerServer.StartAsync(exchange, ("SignIn:PasswordRounds", "210000"), ("SignIn:RefusalTime", "00:00:00.5"), ("SignIn:MaxFailures", "20"), ("SignIn:MaxAttempts", "1000"));
        var address = await issuer.NewHolderAsync("partners/enumerated");
        using var attacker = issuer.Open();
        var (_, form) = await attacker.GetAsync("/identity/sign-in");
        async Task<(double Time, HttpStatusCode Status, string Page)> TryAsync(string at)
        {
            var started = Stopwatch.GetTimestamp();
            var (status, page) = await attacker.SubmitAsync("/identity/sign-in", form, ("address", at), ("password", "not the password"));
            return (Stopwatch.GetElapsedTime(started).TotalMilliseconds, status, Forgery().Replace(page, ""));
        }

        var (known, unknown) = (await TryAsync(address), await TryAsync("nobody@enumerated.example.org"));
        Assert.Equal((known.Status, known.Page), (unknown.Status, unknown.Page));

        // Noise may spoil a round; a difference that is there spoils all. After 20 failures the account is locked, which must not show either.
        var differences = new List<double>();
        for (var round = 0; round < 4 && !(differences.Count > 0 && differences[^1] < 0.05); round++)
        {
            var times = new List<(double Known, double Unknown)>();
            for (var i = 0; i < 25; i++)
            {
                times.Add(((await TryAsync(address)).Time, (await TryAsync($"nobody-{round}-{i}@enumerated.example.org")).Time));
            }

            var (knownMedian, unknownMedian) = (Median(times.Select(pair => pair.Known)), Median(times.Select(pair => pair.Unknown)));
            differences.Add(Math.Abs(knownMedian - unknownMedian) / knownMedian);
        }

        Assert.True(differences[^1] < 0.05, $"p50 differs by {string.Join(", ", differences.Select(difference => $"{difference:P1}"))}");
    }

    [Theory]
    [InlineData("without the hidden field", "")]
    [InlineData("with another's", "CfDJ8forged")]
    public async Task A_form_of_another_site_is_refused(string why, string forgery)
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        using var browser = issuer.Open();
        await browser.GetAsync("/identity/sign-in");

        foreach (var path in (string[])["/identity/sign-in", "/identity/second-factor", "/identity/activate", "/identity/address", "/identity/sign-out", "/connect/verify"])
        {
            var (status, _) = await browser.SubmitAsync(path, "", ("__RequestVerificationToken", forgery), ("address", "a@b.example.org"), ("password", "x"));
            Assert.Equal((why, path, HttpStatusCode.BadRequest), (why, path, status));
        }
    }

    [Theory]
    [InlineData("https://evil.example.org/")]
    [InlineData("//evil.example.org/")]
    [InlineData("/\\evil.example.org/")]
    [InlineData("/connect/\\..\\evil")]
    [InlineData("/connect/x\r\nLocation: https://evil.example.org")]
    public async Task Nobody_is_sent_away_to_another_site_after_signing_in(string back)
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        var address = await issuer.NewHolderAsync($"partners/sent-{(uint)back.GetHashCode(StringComparison.Ordinal)}");
        using var browser = issuer.Open();

        var (status, on) = await browser.SignInAsync(address, IssuerServer.Password, back);

        Assert.Equal((HttpStatusCode.Redirect, "/identity/"), (status, on));
    }

    [Theory]
    [InlineData("<script>alert(1)</script>@x.example.org")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' OR 1=1 --")]
    [InlineData("a@x.example.org\r\nSet-Cookie: stolen=1")]
    [InlineData("a\0b@x.example.org")]
    public async Task What_is_typed_in_comes_back_as_text_or_not_at_all(string typed)
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        using var browser = issuer.Open();

        foreach (var path in (string[])["/identity/sign-in", "/identity/activate", "/identity/address"])
        {
            var (_, form) = await browser.GetAsync("/identity/sign-in");
            var (status, page) = await browser.SubmitAsync(path, form, ("address", typed), ("password", typed), ("again", typed), ("account", typed), ("staff", ""), ("code", typed));
            Assert.InRange((int)status, 400, 429);
            Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_large_form_is_not_read()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        using var browser = issuer.Open();
        var (_, form) = await browser.GetAsync("/identity/sign-in");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await browser.SubmitAsync("/identity/sign-in", form, ("address", new string('a', 20_000)), ("password", "x"))).Status);
    }

    [Fact]
    public async Task Pages_forbid_scripts_frames_and_caches()
    {
        await using var issuer = await IssuerServer.StartAsync(exchange);
        using var answer = await issuer.Json.GetAsync("/identity/sign-in", cancellation);

        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(("DENY", "no-referrer", true), (answer.Headers.GetValues("X-Frame-Options").Single(), answer.Headers.GetValues("Referrer-Policy").Single(), answer.Headers.CacheControl!.NoStore));
        Assert.All(answer.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    [GeneratedRegex("value=\"CfDJ8[^\"]*\"")]
    private static partial Regex Forgery();
}
