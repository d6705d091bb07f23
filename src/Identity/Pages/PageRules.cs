using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace CooperaNet.Matching.Identity.Pages;

/// <summary>What holds for every page: no script, no frame, no other site's form, nothing kept by caches, no address told to other sites.</summary>
internal sealed class PageRules(IAntiforgery antiforgery) : IEndpointFilter
{
    private const int MaxForm = 16 * 1024;

    [SuppressMessage("Style", "IDE0046:Convert to conditional expression", Justification = "two separate refusals")]
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var headers = context.Response.Headers;
        // no form-action: browsers apply it to the redirect after a form, too, which leads to the application that asked
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-cache, no-store";
        headers.Pragma = "no-cache";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        if (HttpMethods.IsPost(context.Request.Method))
        {
            if (context.Request.ContentLength is null or > MaxForm || !context.Request.HasFormContentType)
            {
                return Results.StatusCode(StatusCodes.Status413PayloadTooLarge);
            }

            try
            {
                await antiforgery.ValidateRequestAsync(context);
            }
            catch (AntiforgeryValidationException)
            {
                return Results.StatusCode(StatusCodes.Status400BadRequest);
            }
        }

        return await next(invocation);
    }
}
