using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CooperaNet.Matching.Client.SignIn;

/// <summary>The issuer can't be used; the message says why.</summary>
internal sealed class SignInException(string message) : Exception(message);

/// <summary>Speaks the device flow (RFC 8628) and refreshes tokens at an issuer.</summary>
internal sealed class Issuer(HttpClient client, Uri address)
{
    public const string ClientId = "cooperanet";

    /// <summary>Asks for a code, shows it, and waits until somebody has allowed it.</summary>
    /// <exception cref="SignInException">It was refused or took too long.</exception>
    public async Task<JsonObject> SignInAsync(Action<string, string> show, CancellationToken cancellationToken)
    {
        var asked = await PostAsync("device_authorization_endpoint", [new("client_id", ClientId), new("scope", "offline_access read write")], cancellationToken);
        show($"{asked["verification_uri_complete"] ?? asked["verification_uri"]}", $"{asked["user_code"]}");
        var pause = TimeSpan.FromSeconds(asked["interval"]?.GetValue<int>() ?? 5);
        while (true)
        {
            await Task.Delay(pause, cancellationToken);
            var answer = await PostAsync("token_endpoint", [new("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), new("client_id", ClientId), new("device_code", $"{asked["device_code"]}")], cancellationToken);
            switch ($"{answer["error"]}")
            {
                case "":
                    return answer;
                case "authorization_pending":
                    break;
                case "slow_down":
                    pause += TimeSpan.FromSeconds(5);
                    break;
                default:
                    throw new SignInException($"{answer["error_description"] ?? answer["error"]}");
            }
        }
    }

    /// <summary>The next tokens; null when the sign-in has ended.</summary>
    public async Task<JsonObject?> RefreshAsync(string refreshToken, CancellationToken cancellationToken)
    {
        var answer = await PostAsync("token_endpoint", [new("grant_type", "refresh_token"), new("client_id", ClientId), new("refresh_token", refreshToken)], cancellationToken);
        return $"{answer["error"]}" switch
        {
            "" => answer,
            "invalid_grant" => null,
            var error => throw new SignInException($"{answer["error_description"] ?? error}"),
        };
    }

    public Task<JsonObject> RevokeAsync(string refreshToken, CancellationToken cancellationToken) => PostAsync("revocation_endpoint", [new("client_id", ClientId), new("token", refreshToken)], cancellationToken);

    private async Task<JsonObject> PostAsync(string endpoint, KeyValuePair<string, string>[] form, CancellationToken cancellationToken)
    {
        var metadata = await client.GetFromJsonAsync<JsonObject>(new Uri(address, ".well-known/openid-configuration"), cancellationToken);
        if (!Uri.TryCreate($"{metadata?[endpoint]}", UriKind.Absolute, out var target) || !(target.Scheme == "https" || target.IsLoopback))
        {
            throw new SignInException($"{address} has no {endpoint} that could be trusted.");
        }

        using var answer = await client.PostAsync(target, new FormUrlEncodedContent(form), cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken) is { Length: > 0 } text ? JsonNode.Parse(text)!.AsObject() : [];
    }
}
