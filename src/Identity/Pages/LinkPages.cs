using CooperaNet.Matching.Identity.People;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Field = CooperaNet.Matching.Identity.Pages.Page.Field;

namespace CooperaNet.Matching.Identity.Pages;

/// <summary>What the links of letters lead to. Opening one changes nothing, as mail programs open links by themselves.</summary>
internal static class LinkPages
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/activate", ActivateAsync);
        pages.MapPost("/activate", FinishActivationAsync);
        pages.MapGet("/address", (HttpContext context, string? account, string? code) => new Page(context, Words.Of(context)) is var page
            ? page.Form("/identity/address", page.Words.Confirm, Field.Hidden("account", account ?? ""), Field.Hidden("code", code ?? "")).Show(page.Words.ConfirmAddress) : null!);
        pages.MapPost("/address", ConfirmAddressAsync);
    }

    private static async Task<IResult> ActivateAsync(HttpContext context, string? account, string? staff, string? code, Activation activation)
    {
        if (staff is { Length: > 0 })
        {
            return ShowActivation(context, "", staff, code ?? "", "", "");
        }

        return await activation.FindAsync(account ?? "", code ?? "", context.RequestAborted) is { } address ? ShowActivation(context, account!, "", code!, address, "") : Ended(context);
    }

    private static IResult ShowActivation(HttpContext context, string account, string staff, string code, string address, string message, int status = StatusCodes.Status200OK)
    {
        var page = new Page(context, Words.Of(context));
        page.Message(message, isError: true);
        return (address.Length > 0 ? page.Text(page.Words.ActivateFor(account, address)) : page).Form(
            "/identity/activate", page.Words.Activate, Field.Hidden("account", account), Field.Hidden("staff", staff), Field.Hidden("code", code),
            new Field("password", page.Words.NewPassword, "password", "new-password"), new Field("again", page.Words.RepeatPassword, "password", "new-password")).Show(page.Words.Activate, status);
    }

    private static async Task<IResult> FinishActivationAsync(HttpContext context, Activation activation, Attempts attempts)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (account, staff, code, password, words) = ($"{form["account"]}", $"{form["staff"]}", $"{form["code"]}", $"{form["password"]}", Words.Of(context));
        var from = context.Connection.RemoteIpAddress?.ToString();
        if (!attempts.Allow($"link:{account}{staff}", context.Connection.RemoteIpAddress))
        {
            return ShowActivation(context, account, staff, code, "", words.TooMany, StatusCodes.Status429TooManyRequests);
        }

        if (password != $"{form["again"]}")
        {
            return ShowActivation(context, account, staff, code, "", words.PasswordsDiffer, StatusCodes.Status400BadRequest);
        }

        try
        {
            var result = staff.Length > 0
                ? await activation.ActivateStaffAsync(staff, code, password, from, context.RequestAborted)
                : await activation.ActivateAsync(account, code, password, from, context.RequestAborted);
            return result.Succeeded ? Results.Redirect("/identity/sign-in?activated=true")
                : result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.InvalidToken)) ? Ended(context)
                : ShowActivation(context, account, staff, code, "", result.Errors.Any(error => error.Code.StartsWith("Duplicate", StringComparison.Ordinal)) ? words.AddressTaken : words.PasswordTooWeak, StatusCodes.Status400BadRequest);
        }
        catch (MatchingException refusal) when (refusal.Error == MatchingError.NotPermitted)
        {
            return Ended(context);
        }
    }

    private static async Task<IResult> ConfirmAddressAsync(HttpContext context, Activation activation, IGrainFactory grains)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var words = Words.Of(context);
        if (ParentId.Find($"{form["account"]}") is not { } participant)
        {
            return Ended(context);
        }

        try
        {
            var confirmed = await grains.GetAccount(participant).ConfirmAddressAsync($"{form["code"]}", context.RequestAborted);
            return !await activation.AdoptAddressAsync(confirmed)
                ? new Page(context, words).Message(words.AddressTaken, isError: true).Show(words.ConfirmAddress, StatusCodes.Status409Conflict)
                : new Page(context, words).Message(confirmed.AccountRecord?.AddressChange is null ? words.ConfirmedBoth : words.ConfirmedOne, isError: false).Show(words.ConfirmAddress);
        }
        catch (MatchingException refusal) when (refusal.Error == MatchingError.NotPermitted)
        {
            if (await grains.GetParticipant(participant).FindAsync(context.RequestAborted) is { } known)
            {
                await activation.AdoptAddressAsync(known); // the link may have been used, and its end have been lost
            }

            return Ended(context);
        }
    }

    private static IResult Ended(HttpContext context) => new Page(context, Words.Of(context)) is var page ? page.Message(page.Words.LinkEnded, isError: true).Show(page.Words.Activate, StatusCodes.Status410Gone) : null!;
}
