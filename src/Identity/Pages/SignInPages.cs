using CooperaNet.Matching.Identity.People;
using CooperaNet.Matching.Identity.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Field = CooperaNet.Matching.Identity.Pages.Page.Field;

namespace CooperaNet.Matching.Identity.Pages;

/// <summary>Password, second factor, and its set-up.</summary>
internal static class SignInPages
{
    private const int RecoveryCodes = 8;

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/", async (HttpContext context, SignInDesk desk) => await desk.FindAsync(context) is null ? Results.Redirect(Links.SignIn("")) : SignedIn(context));
        pages.MapGet("/sign-in", (HttpContext context, string? back, bool? activated) => ShowSignIn(context, back, activated == true ? Words.Of(context).Activated : "", isError: false));
        pages.MapPost("/sign-in", SignInAsync);
        pages.MapGet("/second-factor", (HttpContext context, string? back) => ShowSecondFactor(context, back, ""));
        pages.MapPost("/second-factor", SecondFactorAsync);
        pages.MapGet("/second-factor/set-up", SetUpAsync);
        pages.MapPost("/second-factor/set-up", FinishSetUpAsync);
        pages.MapPost("/sign-out", SignOutAsync);
    }

    private static IResult SignedIn(HttpContext context) => new Page(context, Words.Of(context)) is var page ? page.Text(page.Words.SignedIn).Form("/identity/sign-out", page.Words.SignOut).Show(page.Words.SignIn) : null!;

    private static IResult ShowSignIn(HttpContext context, string? back, string message, bool isError = true, int status = StatusCodes.Status200OK)
    {
        var page = new Page(context, Words.Of(context));
        return page.Message(message, isError).Form(
            Links.SignIn(Links.Safe(back)), page.Words.SignIn, new Field("address", page.Words.Address, "email", "username"), new Field("password", page.Words.Password, "password", "current-password")).Show(page.Words.SignIn, status);
    }

    private static async Task<IResult> SignInAsync(HttpContext context, string? back, SignInDesk desk)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var words = Words.Of(context);
        return await desk.PasswordAsync(context, $"{form["address"]}", $"{form["password"]}") switch
        {
            SignInOutcome.Done => Results.Redirect(Links.Safe(back)),
            SignInOutcome.SecondFactor => Results.Redirect(Links.SecondFactor(Links.Safe(back))),
            SignInOutcome.TooMany => ShowSignIn(context, back, words.TooMany, status: StatusCodes.Status429TooManyRequests),
            SignInOutcome.Ended => ShowSignIn(context, back, words.Ended, status: StatusCodes.Status403Forbidden),
            _ => ShowSignIn(context, back, words.Wrong, status: StatusCodes.Status401Unauthorized),
        };
    }

    private static IResult ShowSecondFactor(HttpContext context, string? back, string message, int status = StatusCodes.Status200OK)
    {
        var page = new Page(context, Words.Of(context));
        return page.Message(message, isError: true).Form(Links.SecondFactor(Links.Safe(back)), page.Words.Continue, new Field("code", page.Words.CodeOfApp, "text", "one-time-code")).Show(page.Words.SecondFactor, status);
    }

    private static async Task<IResult> SecondFactorAsync(HttpContext context, string? back, SignInDesk desk)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var words = Words.Of(context);
        return await desk.SecondFactorAsync(context, $"{form["code"]}") switch
        {
            SignInOutcome.Done => Results.Redirect(Links.Safe(back)),
            SignInOutcome.TooMany => ShowSecondFactor(context, back, words.TooMany, StatusCodes.Status429TooManyRequests),
            SignInOutcome.Ended => Results.Redirect(Links.SignIn(Links.Safe(back))),
            _ => ShowSecondFactor(context, back, words.WrongCode, StatusCodes.Status401Unauthorized),
        };
    }

    private static async Task<IResult> SetUpAsync(HttpContext context, string? back, SignInDesk desk, PersonManager people) => await desk.FindAsync(context) switch
    {
        null => Results.Redirect(Links.SignIn(Links.Safe(back))),
        { TwoFactorEnabled: true } => Results.Redirect(Links.Safe(back)), // who has one keeps it: another takes another invitation
        var person => await ShowSetUpAsync(context, back, person, people, ""),
    };

    private static async Task<IResult> ShowSetUpAsync(HttpContext context, string? back, Person person, PersonManager people, string message, int status = StatusCodes.Status200OK)
    {
        if (await people.GetAuthenticatorKeyAsync(person) is not { Length: > 0 } key)
        {
            await people.ResetAuthenticatorKeyAsync(person);
            key = (await people.GetAuthenticatorKeyAsync(person))!;
        }

        var page = new Page(context, Words.Of(context));
        return page.Message(message, isError: true).Text(page.Words.SetUpHow).Code(key).Code($"otpauth://totp/CooperaNet:{Uri.EscapeDataString(person.Email!)}?secret={key}&issuer=CooperaNet&digits=6")
            .Form(Links.SetUp(Links.Safe(back)), page.Words.Continue, new Field("code", page.Words.CodeOfApp, "text", "one-time-code")).Show(page.Words.SetUp, status);
    }

    private static async Task<IResult> FinishSetUpAsync(HttpContext context, string? back, SignInDesk desk, PersonManager people, SignInManager<Person> signIn, Attempts attempts)
    {
        if (await desk.FindAsync(context) is not { TwoFactorEnabled: false } person)
        {
            return Results.Redirect(Links.SignIn(Links.Safe(back)));
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var words = Words.Of(context);
        if (!attempts.Allow(person.Id, context.Connection.RemoteIpAddress))
        {
            return await ShowSetUpAsync(context, back, person, people, words.TooMany, StatusCodes.Status429TooManyRequests);
        }

        if (!await people.VerifyTwoFactorTokenAsync(person, TokenOptions.DefaultAuthenticatorProvider, $"{form["code"]}".Replace(" ", "", StringComparison.Ordinal)))
        {
            return await ShowSetUpAsync(context, back, person, people, words.WrongCode, StatusCodes.Status401Unauthorized);
        }

        await people.SetTwoFactorEnabledAsync(person, true);
        var codes = await people.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCodes);
        await signIn.RefreshSignInAsync(person);
        return new Page(context, words).Text(words.RecoveryCodes).Code(string.Join("  ", codes ?? [])).Link(Links.Safe(back), words.Continue).Show(words.SetUp);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, SignInManager<Person> signIn)
    {
        await signIn.SignOutAsync();
        return ShowSignIn(context, "", Words.Of(context).SignedOut, isError: false);
    }
}
