using CooperaNet.Matching.Identity.Keys;
using CooperaNet.Matching.Identity.People;
using CooperaNet.Matching.Identity.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace CooperaNet.Matching.Identity;

/// <summary>Prepares the schema before anything reads it.</summary>
internal sealed class IdentityStart(IDbContextFactory<IdentityStore> stores) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var store = await stores.CreateDbContextAsync(cancellationToken);
        await IdentitySchema.MigrateAsync(store, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Prepares the keys and the applications before the first request.</summary>
internal sealed class IssuerStart(KeyRotation keys, IServiceScopeFactory scopes, IOptions<SignInOptions> options) : IHostedService
{
    /// <summary>The program on people's command lines.</summary>
    public const string CommandLine = "cooperanet";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await keys.RefreshAsync(cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        await using var transaction = await IdentitySchema.LockAsync(scope.ServiceProvider.GetRequiredService<IdentityStore>(), cancellationToken);
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        await SetAsync(applications, new()
        {
            ClientId = CommandLine,
            DisplayName = "cooperanet",
            ApplicationType = ApplicationTypes.Native,
            ClientType = ClientTypes.Public,
            ConsentType = ConsentTypes.Implicit,
            Permissions =
            {
                Permissions.Endpoints.DeviceAuthorization, Permissions.Endpoints.Token, Permissions.Endpoints.Revocation,
                Permissions.GrantTypes.DeviceCode, Permissions.GrantTypes.RefreshToken, Permissions.Prefixes.Scope + Caller.Read, Permissions.Prefixes.Scope + Caller.Write,
            },
        }, cancellationToken);
        foreach (var client in options.Value.Clients)
        {
            var application = new OpenIddictApplicationDescriptor
            {
                ClientId = client.Id,
                DisplayName = client.Id,
                ClientType = ClientTypes.Public,
                ConsentType = ConsentTypes.Implicit,
                Permissions =
                {
                    Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.Revocation, Permissions.ResponseTypes.Code,
                    Permissions.GrantTypes.AuthorizationCode, Permissions.GrantTypes.RefreshToken, Permissions.Prefixes.Scope + Caller.Read, Permissions.Prefixes.Scope + Caller.Write,
                },
                Requirements = { Requirements.Features.ProofKeyForCodeExchange },
            };
            application.RedirectUris.UnionWith(client.RedirectUris.Select(uri => new Uri(uri)));
            await SetAsync(applications, application, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task SetAsync(IOpenIddictApplicationManager applications, OpenIddictApplicationDescriptor wanted, CancellationToken cancellationToken)
    {
        if (await applications.FindByClientIdAsync(wanted.ClientId!, cancellationToken) is { } known)
        {
            await applications.UpdateAsync(known, wanted, cancellationToken);
        }
        else
        {
            await applications.CreateAsync(wanted, cancellationToken);
        }
    }
}

/// <summary>Rotates keys, and forgets old sign-ins and tokens that are over.</summary>
internal sealed partial class IssuerUpkeep(KeyRotation keys, SignInJournal journal, IServiceScopeFactory scopes, TimeProvider clock, ILogger<IssuerUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);
    private static readonly TimeSpan TokensKept = TimeSpan.FromDays(31);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await keys.RefreshAsync(stoppingToken);
                await journal.PurgeAsync(stoppingToken);
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(clock.GetUtcNow() - TokensKept, stoppingToken);
                await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(clock.GetUtcNow() - TokensKept, stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogNotDone(error); // done next time
            }
        }
    }

    [LoggerMessage(EventId = 802, Level = LogLevel.Warning, Message = "The issuer's keys and journals could not be looked after")]
    private partial void LogNotDone(Exception error);
}
