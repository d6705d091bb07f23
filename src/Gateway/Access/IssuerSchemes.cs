using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>One JWT bearer scheme for each issuer, so that no issuer's key can sign in another's name.</summary>
internal sealed class IssuerSchemes(IOptions<IdentityOptions> identity) : IConfigureOptions<AuthenticationOptions>, IConfigureNamedOptions<JwtBearerOptions>
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>Asymmetric only: a public key must never serve as a shared secret, and "none" is no signature.</summary>
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];

    /// <summary>How long a key that its issuer took back is still accepted.</summary>
    private static readonly TimeSpan KeysKeptFor = TimeSpan.FromMinutes(10);

    public static string SchemeOf(string issuer) => $"Bearer {issuer}";

    public void Configure(AuthenticationOptions options)
    {
        foreach (var issuer in identity.Value.Issuers)
        {
            options.AddScheme<JwtBearerHandler>(SchemeOf(issuer.Issuer), null);
        }
    }

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (identity.Value.Issuers.FirstOrDefault(candidate => SchemeOf(candidate.Issuer) == name) is not { } issuer)
        {
            return;
        }

        options.MapInboundClaims = false;
        options.TokenValidationParameters = new()
        {
            ValidIssuer = issuer.Issuer,
            ValidAudience = issuer.Audience,
            ValidAlgorithms = Algorithms,
            ValidTypes = ["at+jwt", "JWT"],
            ClockSkew = ClockSkew,
            NameClaimType = "sub",
            RoleClaimType = issuer.RoleClaim,
        };
        if (issuer.MetadataAddress.Length > 0)
        {
            // Without this the handler goes on to accept keys that the issuer has taken back for an hour.
            options.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(issuer.MetadataAddress, new OpenIdConnectConfigurationRetriever(), Documents(new(issuer.MetadataAddress)))
            {
                UseLastKnownGoodConfiguration = false,
                AutomaticRefreshInterval = KeysKeptFor,
            };
        }
        else if (issuer.Keys is { } keys)
        {
            options.Configuration = new() { Issuer = issuer.Issuer };
            options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, id, _) => keys().Where(key => key.KeyId == id);
        }
        else
        {
            options.Configuration = new() { Issuer = issuer.Issuer };
            foreach (var key in JsonWebKeySet.Create(File.ReadAllText(issuer.JwksFile)).GetSigningKeys())
            {
                options.Configuration.SigningKeys.Add(key);
            }
        }
    }

    private static HttpDocumentRetriever Documents(Uri address) =>
        new(new HttpClient { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = 1 << 20 }) { RequireHttps = !address.IsLoopback };
}
