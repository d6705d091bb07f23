using CooperaNet.Matching.Identity.People;
using CooperaNet.Matching.Identity.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using Field = CooperaNet.Matching.Identity.Pages.Page.Field;

namespace CooperaNet.Matching.Identity.Pages;

/// <summary>Where somebody allows a program on the command line to act as them.</summary>
internal static class DevicePages
{
    private const string Path = "/connect/verify";
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet(Path, AskAsync);
        pages.MapPost(Path, AnswerAsync);
        pages.MapPost("/identity/program", async (HttpContext context) => Results.Redirect($"{Path}?user_code={Uri.EscapeDataString($"{(await context.Request.ReadFormAsync(context.RequestAborted))["user_code"]}".Trim())}"));
        pages.MapGet("/identity/program", (HttpContext context) => new Page(context, Words.Of(context)) is var page ? page.Message(page.Words.DeviceDone, isError: false).Show(page.Words.Device) : null!);
    }

    private static async Task<IResult> AskAsync(HttpContext context, SignInDesk desk, IOpenIddictApplicationManager applications)
    {
        var words = Words.Of(context);
        if (await desk.FindAsync(context) is not { } person)
        {
            return Results.Redirect(Links.SignIn($"{Path}{context.Request.QueryString}"));
        }

        if (person is { IsStaff: true, TwoFactorEnabled: false })
        {
            return Results.Redirect(Links.SetUp($"{Path}{context.Request.QueryString}"));
        }

        var found = await context.AuthenticateAsync(Scheme);
        if (found is { Succeeded: true } && found.Principal.GetClaim(OpenIddictConstants.Claims.ClientId) is { Length: > 0 } client)
        {
            var application = await applications.FindByClientIdAsync(client, context.RequestAborted);
            var code = found.Properties.GetTokenValue(OpenIddictServerAspNetCoreConstants.Tokens.UserCode) ?? "";
            return new Page(context, words).Text(words.DeviceAsk(application is null ? client : await applications.GetDisplayNameAsync(application, context.RequestAborted) ?? client, code))
                .Form(Path, words.Allow, Field.Hidden("user_code", code), Field.Hidden("answer", "allow")).Form(Path, words.Deny, Field.Hidden("user_code", code), Field.Hidden("answer", "deny")).Show(words.Device);
        }

        return AskCode(context, words, context.Request.Query.ContainsKey("user_code"));
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, SignInDesk desk, Grants grants)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (await desk.FindAsync(context) is not { } person)
        {
            return Results.Redirect(Links.SignIn($"{Path}?user_code={Uri.EscapeDataString($"{form["user_code"]}")}"));
        }

        var found = await context.AuthenticateAsync(Scheme);
        if (!found.Succeeded || found.Principal.GetClaim(OpenIddictConstants.Claims.ClientId) is not { Length: > 0 })
        {
            return AskCode(context, Words.Of(context), isError: true);
        }

        var done = new AuthenticationProperties { RedirectUri = "/identity/program" };
        return form["answer"] == "allow" && await grants.GrantAsync(person, found.Principal.GetScopes(), context.RequestAborted) is { } principal
            ? Results.SignIn(principal, done, Scheme) : Results.Forbid(done, [Scheme]);
    }

    private static IResult AskCode(HttpContext context, Words words, bool isError) => new Page(context, words).Message(isError ? words.DeviceUnknown : "", isError: true)
        .Form("/identity/program", words.Continue, new Field("user_code", words.DeviceCode)).Show(words.Device, isError ? StatusCodes.Status404NotFound : StatusCodes.Status200OK);
}
