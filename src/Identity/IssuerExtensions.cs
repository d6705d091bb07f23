using CooperaNet.Matching.Identity.Keys;
using CooperaNet.Matching.Identity.Pages;
using CooperaNet.Matching.Identity.People;
using CooperaNet.Matching.Identity.Store;
using CooperaNet.Matching.Identity.Tokens;
using CooperaNet.Matching.Mail;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;

namespace CooperaNet.Matching.Identity;

/// <summary>The built-in issuer, for the process that has the database.</summary>
public static class IssuerExtensions
{
    private static readonly TimeSpan CookieLifetime = TimeSpan.FromHours(8);
    private static readonly TimeSpan DeviceCodeLifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);

    /// <summary>Adds the identities, how letters leave, and the grains that need them.</summary>
    /// <param name="services">The services.</param>
    /// <param name="database">Where identities lie.</param>
    /// <param name="jsonPort">The address of the JSON port.</param>
    public static IServiceCollection AddIdentities(this IServiceCollection services, IdentityDatabase database, Uri jsonPort)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<SignInOptions>().BindConfiguration(SignInOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(database).AddSingleton(provider => new IssuerAddress(provider.GetRequiredService<IOptions<SignInOptions>>(), jsonPort));
        services.AddDbContextFactory<IdentityStore>(database.Use);
        services.AddHostedService<IdentityStart>(); // before data protection, which reads its keys at the start
        services.AddDataProtection().SetApplicationName("CooperaNet.Matching").PersistKeysToDbContext<IdentityStore>();
        services.AddIdentityCore<Person>(identity =>
        {
            identity.User.RequireUniqueEmail = true;
            identity.Password.RequiredLength = 12;
            identity.Password.RequiredUniqueChars = 5;
            identity.Password.RequireDigit = identity.Password.RequireLowercase = identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
        }).AddEntityFrameworkStores<IdentityStore>().AddUserManager<PersonManager>().AddDefaultTokenProviders();
        services.AddOptions<IdentityOptions>().Configure<IOptions<SignInOptions>>((identity, signIn) => identity.Lockout.MaxFailedAccessAttempts = signIn.Value.MaxFailures);
        services.AddOptions<PasswordHasherOptions>().Configure<IOptions<SignInOptions>>((hasher, signIn) => hasher.IterationCount = signIn.Value.PasswordRounds);
        services.Configure<DataProtectionTokenProviderOptions>(links => links.TokenLifespan = TimeSpan.FromDays(7));
        services.AddOpenIddict().AddCore(core => core.UseEntityFrameworkCore().UseDbContext<IdentityStore>());
        services.AddSingleton<SignInJournal>().AddSingleton<LetterSender>();
        return services;
    }

    /// <summary>Adds the issuer over <see cref="AddIdentities"/>.</summary>
    public static IServiceCollection AddIssuer(this IServiceCollection services)
    {
        services.AddSingleton<KeyRing>().AddSingleton<KeyRotation>().AddSingleton<Attempts>().AddSingleton<DummyPassword>();
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>>(provider => provider.GetRequiredService<KeyRotation>());
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(provider => provider.GetRequiredService<KeyRotation>());
        services.AddScoped<SignInDesk>().AddScoped<Activation>().AddScoped<Grants>();
        new IdentityBuilder(typeof(Person), services).AddSignInManager();
        services.AddAuthentication().AddIdentityCookies(cookies =>
        {
            cookies.ApplicationCookie!.Configure(cookie => (cookie.Cookie.Name, cookie.ExpireTimeSpan, cookie.SlidingExpiration) = ("cooperanet", CookieLifetime, false));
            cookies.TwoFactorUserIdCookie!.Configure(cookie => cookie.Cookie.Name = "cooperanet.second");
        });
        services.AddAntiforgery(forgery => (forgery.Cookie.Name, forgery.Cookie.SameSite, forgery.Cookie.SecurePolicy) = ("cooperanet.form", SameSiteMode.Strict, CookieSecurePolicy.SameAsRequest));
        services.AddOpenIddict().AddServer(server =>
        {
            server.SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token").SetRevocationEndpointUris("connect/revoke")
                .SetDeviceAuthorizationEndpointUris("connect/device").SetEndUserVerificationEndpointUris("connect/verify");
            server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().AllowClientCredentialsFlow().AllowDeviceAuthorizationFlow().AllowRefreshTokenFlow();
            server.Configure(options => options.CodeChallengeMethods.Remove(OpenIddictConstants.CodeChallengeMethods.Plain));
            server.RegisterScopes(Caller.Read, Caller.Write);
            server.DisableAccessTokenEncryption().SetAuthorizationCodeLifetime(CodeLifetime).SetDeviceCodeLifetime(DeviceCodeLifetime).SetUserCodeLifetime(DeviceCodeLifetime);
            server.SetRefreshTokenReuseLeeway(TimeSpan.Zero); // a refresh token that comes twice was stolen from somebody: the family ends
            server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableTokenEndpointPassthrough().EnableEndUserVerificationEndpointPassthrough()
                .DisableTransportSecurityRequirement(); // SignIn__Address is https beyond loopback; in front of us a proxy may end TLS
        });
        services.AddOptions<OpenIddictServerOptions>().Configure<IOptions<SignInOptions>, IssuerAddress, TimeProvider>((server, signIn, address, clock) =>
            (server.Issuer, server.AccessTokenLifetime, server.RefreshTokenLifetime, server.TimeProvider) = (address.Base, signIn.Value.AccessTokenLifetime, signIn.Value.RefreshTokenLifetime, clock));
        services.AddHostedService<IssuerStart>().AddHostedService<IssuerUpkeep>();
        return services;
    }

    /// <summary>The public keys of the issuer, as they are now.</summary>
    public static IReadOnlyList<SecurityKey> IssuerKeys(this IServiceProvider services) => services.GetRequiredService<KeyRing>().Signing;

    /// <summary>Maps the pages and the protocol's endpoints.</summary>
    public static void MapIssuer(this IEndpointRouteBuilder app)
    {
        TokenEndpoints.Map(app.MapGroup("").ExcludeFromDescription());
        var pages = app.MapGroup("").AddEndpointFilter<PageRules>();
        SignInPages.Map(pages.MapGroup("/identity"));
        LinkPages.Map(pages.MapGroup("/identity"));
        DevicePages.Map(pages);
        app.MapGet("/identity/style.css", () => Results.Text(Style, "text/css"));
    }

    private const string Style = """
        body{font-family:system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff;line-height:1.5}
        main{max-width:26rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem}
        label{display:block;margin-top:1rem;font-weight:600}
        input{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;border:1px solid #595959;border-radius:.25rem}
        button{margin-top:1.25rem;padding:.6rem 1.2rem;font:inherit;color:#fff;background:#0b4f8a;border:0;border-radius:.25rem}
        input:focus,button:focus,a:focus{outline:3px solid #f2a900;outline-offset:2px}
        code{overflow-wrap:anywhere}
        .error{color:#a30000}
        .done{color:#0b5c1e}
        """;
}
