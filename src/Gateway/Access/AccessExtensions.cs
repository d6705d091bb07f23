using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>Who may call the gateway.</summary>
public static class AccessExtensions
{
    /// <summary>Accepts the tokens of an issuer whose keys the host knows, and which may state a standing instruction for the Secretariat.</summary>
    public static IServiceCollection AddTokenIssuer(this IServiceCollection services, string issuer, params IReadOnlyList<SecurityKey> keys) =>
        services.PostConfigure<IdentityOptions>(identity => identity.Issuers.Add(new() { Issuer = issuer, InstructionClaim = "instruction", Keys = () => keys }));

    /// <summary>Accepts the tokens of an issuer in this process, whose name and keys are known when it runs.</summary>
    public static IServiceCollection AddTokenIssuer(this IServiceCollection services, Func<IServiceProvider, string> issuer, Func<IServiceProvider, IReadOnlyList<SecurityKey>> keys) =>
        services.AddSingleton<IPostConfigureOptions<IdentityOptions>>(provider => new PostConfigureOptions<IdentityOptions>(
            Options.DefaultName, identity => identity.Issuers.Add(new() { Issuer = issuer(provider), Keys = () => keys(provider) })));

    internal static void AddAccess(this IServiceCollection services)
    {
        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        // With a single scheme ASP.NET Core would make it the default and check each token once more, before and beside TokenReader.
        AppContext.SetSwitch("Microsoft.AspNetCore.Authentication.SuppressAutoDefaultScheme", true);
        services.AddAuthentication();
        services.AddTransient<JwtBearerHandler>();
        services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, JwtBearerPostConfigureOptions>();
        services.AddSingleton<IConfigureOptions<AuthenticationOptions>, IssuerSchemes>().AddSingleton<IConfigureOptions<JwtBearerOptions>, IssuerSchemes>();
        services.TryAddSingleton<TokenReader>();
        services.AddSingleton<AccountTable>().AddSingleton<AccountWatch>().AddHostedService(provider => provider.GetRequiredService<AccountWatch>());
    }
}
