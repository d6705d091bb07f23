using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>
/// Makes a caller of a request's bearer token. A token that isn't accepted is never taken for no token. An accepted one is remembered for
/// a minute at most, as checking its signature costs more than the rest of a short call; whether its account holds is asked each time.
/// </summary>
internal sealed class TokenReader(IOptions<IdentityOptions> identity, TimeProvider clock) : IDisposable
{
    private const int RememberedTokens = 10_000;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    private readonly MemoryCache accepted = new(new MemoryCacheOptions { SizeLimit = RememberedTokens });

    private const string Prefix = "Bearer ";
    private const int MaxClaim = 200;

    /// <exception cref="MatchingException">Unauthenticated: there is a token, and it is not accepted.</exception>
    public async Task<Identified> ReadAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return new(Caller.Anonymous, null);
        }

        if (header is not [{ } value] || !value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            throw Refuse("The header 'Authorization' must be given once, as 'Bearer' and an access token.");
        }

        var token = value[Prefix.Length..].Trim();
        if (accepted.TryGetValue(token, out Identified? known) && known!.Expires > clock.GetUtcNow())
        {
            return known;
        }

        var issuer = FindIssuer(token) ?? throw Refuse("The token is not a JWT of an issuer that this service accepts.");
        var result = await context.AuthenticateAsync(IssuerSchemes.SchemeOf(issuer.Issuer));
        return result.Succeeded
            ? accepted.Set(token, new Identified(ToCaller(result.Principal, issuer), result.Properties?.ExpiresUtc, issuer.InstructionClaim.Length > 0 ? One(result.Principal, issuer.InstructionClaim) : "", Epoch(result.Principal, issuer)), new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Remembered, Size = 1 })
            : throw Refuse(result.Failure switch
            {
                SecurityTokenExpiredException => "The token has expired; get a new one.",
                SecurityTokenNotYetValidException => "The token is not valid yet.",
                SecurityTokenInvalidAudienceException => "The token is not meant for this service.",
                _ => "The token is not accepted.",
            });
    }

    public void Dispose() => accepted.Dispose();

    /// <summary>Whose the token says it is; nothing is believed before that issuer's scheme has checked it.</summary>
    private IssuerOptions? FindIssuer(string token)
    {
        try
        {
            var claimed = new JsonWebToken(token).Issuer;
            return identity.Value.Issuers.FirstOrDefault(issuer => issuer.Issuer == claimed);
        }
        catch (Exception error) when (error is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    private static Caller ToCaller(ClaimsPrincipal token, IssuerOptions issuer)
    {
        var role = One(token, issuer.RoleClaim) switch
        {
            "focal-point" => CallerRole.FocalPoint,
            "partner" => CallerRole.Partner,
            "secretariat" => CallerRole.Secretariat,
            "administrator" => CallerRole.Administrator,
            "application" => CallerRole.Application,
            _ => throw Refuse($"The token's claim '{issuer.RoleClaim}' names no role of this service."),
        };
        var name = One(token, issuer.ParticipantClaim);
        var participant = name.Length == 0 ? null : ParentId.Find(name);
        if (role switch
        {
            CallerRole.FocalPoint => participant is not { Kind: ParentKind.Authority },
            CallerRole.Partner => participant is not { Kind: ParentKind.Partner },
            CallerRole.Application => name.Length > 0 && participant is null,
            _ => name.Length > 0,
        })
        {
            throw Refuse($"The token's claim '{issuer.ParticipantClaim}' does not fit the role {role}.");
        }

        var subject = One(token, "sub");
        return subject.Length == 0 ? throw Refuse("The token's claim 'sub' is empty.") : new Caller
        {
            Subject = subject,
            Role = role,
            Participant = participant,
            Application = One(token, issuer.ApplicationClaim),
            Scopes = role == CallerRole.Application ? [.. token.FindAll(issuer.ScopeClaim).SelectMany(claim => claim.Value.Split(' ')).Where(scope => scope is Caller.Read or Caller.Write)] : [],
        };
    }

    private static long? Epoch(ClaimsPrincipal token, IssuerOptions issuer) => One(token, issuer.EpochClaim) switch
    {
        "" => null,
        var text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : throw Refuse($"The token's claim '{issuer.EpochClaim}' is not a number."),
    };

    /// <summary>The value of a claim that may be there once; empty when it isn't.</summary>
    private static string One(ClaimsPrincipal token, string type) => token.FindAll(type).ToList() switch
    {
        [] => "",
        [{ Value: { Length: <= MaxClaim } value }] when !value.Any(char.IsControl) => value,
        _ => throw Refuse($"The token's claim '{type}' must be given once, with at most {MaxClaim} characters."),
    };

    private static MatchingException Refuse(string message) => new(MatchingError.Unauthenticated, message);
}
