using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>Letters through a real mail server.</summary>
public sealed class MailTests : IDisposable
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Mail");
    private readonly string directory = Directory.CreateTempSubdirectory("cooperanet-mail-").FullName;
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task An_invitation_leaves_by_smtp_and_a_refused_address_is_marked()
    {
        using var server = await StartServerAsync();
        var port = await server.StandardOutput.ReadLineAsync(cancellation);
        await using var exchange = await ExchangeProcess.Start(directory, false, ("Mail__Host", "127.0.0.1"), ("Mail__Port", port!), ("Mail__Security", "None"), ("Mail__From", "CooperaNet <no-reply@secretariat.example.org>")).ReadyAsync(cancellation);

        var invited = await InviteAsync(exchange, "authorities/bb", "cooperation@ministry.example.org");
        var letter = JsonNode.Parse((await server.StandardOutput.ReadLineAsync(cancellation))!)!;
        var bounced = await InviteAsync(exchange, "authorities/jm", "bounced@ministry.example.org");
        var later = await InviteAsync(exchange, "authorities/gy", "later@ministry.example.org");

        Assert.Equal(("INVITED", "SENT", "cooperation@ministry.example.org"), ($"{invited["state"]}", $"{invited["lastMail"]}", $"{letter["to"]![0]}"));
        Assert.Contains("/identity/activate?account=", $"{letter["text"]}".Replace("=\r\n", "", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(("REFUSED", "FAILED"), ($"{bounced["lastMail"]}", $"{later["lastMail"]}"));
        Assert.NotNull(bounced["bounceTime"]);
        Assert.Null(later["bounceTime"]);
        var listed = (await exchange.Json.GetFromJsonAsync<JsonObject>("/v1/accounts?bouncedOnly=true", cancellation))!["accounts"]!.AsArray();
        Assert.Equal("authorities/jm/account", $"{Assert.Single(listed)!["name"]}");
        Assert.False(Directory.Exists(Path.Combine(directory, "mail")));
        server.Kill();
    }

    [Fact]
    public async Task Letters_in_the_clear_to_another_computer_are_refused_at_the_start()
    {
        await using var exchange = ExchangeProcess.Start(directory, false, ("Mail__Host", "mail.example.org"), ("Mail__Security", "None"));
        var (code, errors) = await exchange.EndAsync(cancellation);

        Assert.NotEqual(0, code);
        Assert.Contains("Mail__Security=None is not allowed", errors, StringComparison.Ordinal);
    }

    private async Task<JsonObject> InviteAsync(ExchangeProcess exchange, string participant, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/{participant}/account:invite") { Content = new StringContent($$"""{"address":"{{address}}"}""", null, "application/json"), Headers = { Authorization = new("Bearer", await exchange.TokenAsync()) } };
        using var answer = await exchange.Json.SendAsync(request, cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellation))!;
    }

    private async Task<Process> StartServerAsync()
    {
        try
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            {
                using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = Folder })!;
                await install.WaitForExitAsync(cancellation);
                Assert.Equal(0, install.ExitCode);
            }

            return Process.Start(new ProcessStartInfo("node", ["server.js"]) { WorkingDirectory = Folder, RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception missing) when (Environment.GetEnvironmentVariable("CI") is null or "")
        {
            Assert.Skip($"Node.js is not here: {missing.Message}");
            throw;
        }
    }
}
