using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Web;

namespace CooperaNet.Matching.ClusterTests.Identity;

/// <summary>Somebody at the sign-in pages: cookies are kept, forms are sent with their hidden fields, redirects are told and not followed.</summary>
internal sealed partial class Browser(HttpMessageHandler handler, string address = "http://localhost") : IDisposable
{
    /// <summary>What everybody chooses.</summary>
    public const string Password = "correct horse battery";

    private readonly HttpClient client = new(handler) { BaseAddress = new(address) };

    public async Task<(HttpStatusCode Status, string Page)> GetAsync(string path)
    {
        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return (answer.StatusCode, answer.Headers.Location?.OriginalString ?? await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Sends a form of the page with what was typed in.</summary>
    public async Task<(HttpStatusCode Status, string Page)> SubmitAsync(string path, string page, params (string Name, string Value)[] typed)
    {
        var fields = Hidden().Matches(page).ToLookup(match => match.Groups[1].Value, match => HttpUtility.HtmlDecode(match.Groups[2].Value)).Where(group => typed.All(field => field.Name != group.Key))
            .Select(group => KeyValuePair.Create(group.Key, group.First())).Concat(typed.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var answer = await client.PostAsync(path, new FormUrlEncodedContent(fields), TestContext.Current.CancellationToken);
        return (answer.StatusCode, answer.Headers.Location?.OriginalString ?? await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task<(HttpStatusCode Status, string Page)> SignInAsync(string address, string password, string back = "/identity/")
    {
        var path = $"/identity/sign-in?back={Uri.EscapeDataString(back)}";
        return await SubmitAsync(path, (await GetAsync(path)).Page, ("address", address), ("password", password));
    }

    /// <summary>Opens the link of an invitation and chooses the password of all tests.</summary>
    public async Task<string> TakeAccountAsync(string link) =>
        (await SubmitAsync("/identity/activate", (await GetAsync(link)).Page, ("password", Password), ("again", Password))).Page;

    /// <summary>Sets up the second factor of who is signed in; returns its key.</summary>
    public async Task<string> SetUpSecondFactorAsync()
    {
        const string Path = "/identity/second-factor/set-up?back=/identity/";
        var (_, page) = await GetAsync(Path);
        var key = Key().Match(page).Groups[1].Value;
        Assert.Equal(HttpStatusCode.OK, (await SubmitAsync(Path, page, ("code", Totp.Code(key)))).Status);
        return key;
    }

    public void Dispose() => client.Dispose();

    [GeneratedRegex("<code>([A-Z2-7]+)</code>")]
    private static partial Regex Key();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">")]
    private static partial Regex Hidden();
}

/// <summary>Keeps cookies, as the test server's own handler does not.</summary>
internal sealed class CookieHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly CookieContainer cookies = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (cookies.GetCookieHeader(request.RequestUri!) is { Length: > 0 } sent)
        {
            request.Headers.Add("Cookie", sent);
        }

        var answer = await base.SendAsync(request, cancellationToken);
        foreach (var set in answer.Headers.TryGetValues("Set-Cookie", out var values) ? values : [])
        {
            cookies.SetCookies(request.RequestUri!, set);
        }

        return answer;
    }
}

/// <summary>An authenticator app (RFC 6238: HMAC-SHA-1, 30 s, 6 digits).</summary>
internal static class Totp
{
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Code(string key)
    {
        var bits = string.Concat(key.Select(letter => Convert.ToString(Base32.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var secret = Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2)).ToArray();
        var step = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // the standard's own choice
        var hash = HMACSHA1.HashData(secret, step);
#pragma warning restore CA5350
        var offset = hash[^1] & 15;
        return ((BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(offset)) & int.MaxValue) % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }
}
