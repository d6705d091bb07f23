using System.Security.Claims;
using CooperaNet.Matching.Identity.Pages;
using CooperaNet.Matching.Identity.People;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace CooperaNet.Matching.Identity.Tokens;

/// <summary>What OpenIddict leaves to us: who signs in and what tokens say. It has checked the protocol before.</summary>
internal static class TokenEndpoints
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/connect/authorize", [HttpMethods.Get, HttpMethods.Post], AuthorizeAsync);
        routes.MapPost("/connect/token", ExchangeAsync);
    }

    private static async Task<IResult> AuthorizeAsync(HttpContext context, SignInDesk desk, Grants grants)
    {
        var request = context.GetOpenIddictServerRequest()!;
        var back = $"{context.Request.Path}{QueryString.Create(context.Request.HasFormContentType ? [.. context.Request.Form] : [.. context.Request.Query])}";
        if (await desk.FindAsync(context) is not { } person)
        {
            return request.HasPromptValue(PromptValues.None) ? Refuse(Errors.LoginRequired, "Nobody is signed in.") : Results.Redirect(Links.SignIn(back));
        }

        return person is { IsStaff: true, TwoFactorEnabled: false } ? Results.Redirect(Links.SetUp(back))
            : await grants.GrantAsync(person, request.GetScopes(), context.RequestAborted) is { } principal ? Results.SignIn(principal, null, Scheme)
            : Refuse(Errors.AccessDenied, "The account is not active.");
    }

    private static async Task<IResult> ExchangeAsync(HttpContext context, Grants grants, SignInJournal journal)
    {
        var request = context.GetOpenIddictServerRequest()!;
        ClaimsPrincipal? principal;
        if (request.IsClientCredentialsGrantType())
        {
            principal = await grants.GrantAsync(request.ClientId!, request.GetScopes(), context.RequestAborted);
            await journal.WriteAsync(principal is null ? SignInJournal.Ended : SignInJournal.Application, request.ClientId!, principal?.GetClaim("participant") ?? "", context.Connection.RemoteIpAddress?.ToString(), context.RequestAborted);
        }
        else
        {
            var before = await context.AuthenticateAsync(Scheme);
            principal = before.Principal is null ? null : await grants.RenewAsync(before.Principal, context.RequestAborted);
        }

        return principal is null ? Refuse(Errors.InvalidGrant, "Access has ended; sign in again.") : Results.SignIn(principal, null, Scheme);
    }

    internal static IResult Refuse(string error, string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?> { [OpenIddictServerAspNetCoreConstants.Properties.Error] = error, [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description }), [Scheme]);
}
