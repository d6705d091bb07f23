using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CooperaNet.Matching.Identity;

/// <summary>What a token says about its bearer.</summary>
/// <param name="Subject">An opaque id.</param>
/// <param name="Role">focal-point, partner, secretariat, administrator or application.</param>
/// <param name="Participant">Whose account, such as authorities/bb; empty for roles that have none.</param>
/// <param name="Scopes">What an application may do: read, write.</param>
/// <param name="Instruction">On which instruction the Secretariat acts for whomever it changes something of; empty for other roles.</param>
public sealed record TokenClaims(string Subject, string Role, string Participant, IReadOnlyList<string> Scopes, string Instruction = "");

/// <summary>Short-lived access tokens for whoever may read the storage folder; for development only.</summary>
public static class InstallationTokens
{
    /// <summary>The <c>iss</c> of these tokens.</summary>
    public const string Issuer = "urn:cooperanet:installation";

    /// <summary>The <c>aud</c> of these tokens.</summary>
    public const string Audience = "cooperanet-matching";

    /// <summary>How long a token of the command <c>token</c> is valid.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>The key as tokens name it: by its thumbprint (RFC 7638).</summary>
    public static SecurityKey ToSecurityKey(ECDsa key)
    {
        var named = new ECDsaSecurityKey(key);
        named.KeyId = Base64UrlEncoder.Encode(named.ComputeJwkThumbprint());
        return named;
    }

    /// <summary>A token signed with the installation's key (ES256).</summary>
    public static string Write(ECDsa key, TokenClaims claims, DateTimeOffset now, TimeSpan lifetime)
    {
        var payload = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Sub] = claims.Subject,
            [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString("n"),
            ["client_id"] = "token-verb",
            ["role"] = claims.Role,
        };
        if (claims.Participant.Length > 0)
        {
            payload["participant"] = claims.Participant;
        }

        if (claims.Instruction.Length > 0)
        {
            payload["instruction"] = claims.Instruction;
        }

        if (claims.Scopes.Count > 0)
        {
            payload["scope"] = string.Join(' ', claims.Scopes);
        }

        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            TokenType = "at+jwt",
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + lifetime).UtcDateTime,
            Claims = payload,
            SigningCredentials = new(ToSecurityKey(key), SecurityAlgorithms.EcdsaSha256),
        });
    }
}
