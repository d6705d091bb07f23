using System.CommandLine;
using System.Text.Json.Nodes;

namespace CooperaNet.Matching.Client.SignIn;

/// <summary>The access token of a command: the one that is given, or that of who is signed in at this server.</summary>
internal static class CurrentToken
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    public static async Task<string> FindAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(GlobalOptions.Token) is { Length: > 0 } given)
        {
            return given;
        }

        if (!File.Exists(SignInFile.Location))
        {
            return "";
        }

        using var file = await SignInFile.OpenAsync(cancellationToken);
        if (await file.ReadAsync(cancellationToken) is not { } signIn || signIn.Server != arguments.GetValue(GlobalOptions.Server))
        {
            return "";
        }

        if (signIn.Expires - Margin > DateTimeOffset.UtcNow)
        {
            return signIn.AccessToken;
        }

        using var client = new HttpClient();
        var answer = await new Issuer(client, new(signIn.Issuer)).RefreshAsync(signIn.RefreshToken, cancellationToken);
        var next = answer is null ? null : Read(signIn.Server, signIn.Issuer, answer);
        await file.WriteAsync(next, cancellationToken);
        return next?.AccessToken ?? "";
    }

    /// <summary>What a token endpoint answered.</summary>
    public static StoredSignIn Read(string server, string issuer, JsonObject answer) =>
        new(server, issuer, $"{answer["refresh_token"]}", $"{answer["access_token"]}", DateTimeOffset.UtcNow.AddSeconds(answer["expires_in"]?.GetValue<int>() ?? 0));
}
