using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CooperaNet.Matching.ClusterTests.Access;

/// <summary>An issuer with keys of its own, which the gateway under test accepts by its key set file.</summary>
/// <param name="prefix">Of the names of its keys.</param>
public sealed class TestIssuer(string prefix = "") : IDisposable
{
    public const string Name = "https://issuer.example.org";
    public const string Audience = "cooperanet-matching";

    public RSA Rsa { get; } = RSA.Create(2048);

    public ECDsa Ec { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public keys (JWKS), as the issuer would publish them.</summary>
    public string KeySet => JsonSerializer.Serialize(new
    {
        keys = ((JsonWebKey[])[
            JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(Rsa.ExportParameters(false)) { KeyId = $"{prefix}rsa" }),
            JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ECDsa.Create(Ec.ExportParameters(false))) { KeyId = $"{prefix}ec" }),
        ]).Select(key => new { kty = key.Kty, kid = key.Kid, n = key.N, e = key.E, crv = key.Crv, x = key.X, y = key.Y }),
    });

    public SigningCredentials Es256 => new(new ECDsaSecurityKey(Ec) { KeyId = $"{prefix}ec" }, SecurityAlgorithms.EcdsaSha256);

    public SigningCredentials Rs256 => new(new RsaSecurityKey(Rsa) { KeyId = $"{prefix}rsa" }, SecurityAlgorithms.RsaSha256);

    /// <summary>A sound token; <paramref name="change"/> may spoil it.</summary>
    public string Token(string role, string participant = "", string scope = "", Action<SecurityTokenDescriptor>? change = null)
    {
        var now = DateTime.UtcNow;
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Audience,
            TokenType = "at+jwt",
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(15),
            SigningCredentials = Es256,
            Claims = new Dictionary<string, object> { ["sub"] = $"test-{role}", ["role"] = role, ["client_id"] = "tests" },
        };
        if (participant.Length > 0)
        {
            descriptor.Claims["participant"] = participant;
        }

        if (scope.Length > 0)
        {
            descriptor.Claims["scope"] = scope;
        }

        change?.Invoke(descriptor);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }

    /// <summary>The token of a participant's account, or the Secretariat's for <c>-</c> and no name.</summary>
    public string TokenOf(string participant) => participant.Split('/') switch
    {
        ["authorities", not "-"] => Token("focal-point", participant),
        ["partners", not "-"] => Token("partner", participant),
        _ => Token("secretariat"),
    };

    public void Dispose()
    {
        Rsa.Dispose();
        Ec.Dispose();
    }
}

/// <summary>Calls as whoever the path is about: with the account of the participant that it names, otherwise as the Secretariat.</summary>
internal sealed partial class OwnerHandler(TestIssuer issuer, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization ??= new AuthenticationHeaderValue("Bearer", issuer.TokenOf(Participant().Match(request.RequestUri!.AbsolutePath).Groups[1].Value));
        return base.SendAsync(request, cancellationToken);
    }

    [GeneratedRegex("^/v1/((?:authorities|partners)/[a-z0-9-]+)")]
    private static partial Regex Participant();
}
