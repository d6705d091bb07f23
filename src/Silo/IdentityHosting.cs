using CooperaNet.Matching.Gateway;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Identity;

namespace CooperaNet.Matching.Silo;

/// <summary>The identities and the built-in issuer beside a silo.</summary>
internal static class IdentityHosting
{
    /// <summary>Adds them; the gateway of this process accepts the issuer's tokens.</summary>
    /// <returns>Whether this process issues tokens.</returns>
    public static bool UseIdentities(this WebApplicationBuilder builder, IdentityDatabase database)
    {
        builder.Services.AddIdentities(database, JsonPort(builder.Configuration));
        var issues = builder.Configuration.GetSection(SignInOptions.Section).Get<SignInOptions>()?.IsOn ?? true;
        if (issues)
        {
            builder.Services.AddIssuer();
            builder.Services.AddTokenIssuer(services => services.GetRequiredService<IssuerAddress>().Base.ToString(), services => services.IssuerKeys());
        }

        return issues;
    }

    /// <summary>Where the JSON port is reached from this computer.</summary>
    public static Uri JsonPort(IConfiguration configuration)
    {
        var gateway = configuration.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new();
        return new UriBuilder(gateway.Certificate.Path.Length > 0 ? "https" : "http", gateway.Address, gateway.JsonPort).Uri;
    }
}
