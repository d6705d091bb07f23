using CooperaNet.Matching.Gateway.Errors;
using Google.Rpc;
using Grpc.AspNetCore.Server;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>Finds out who calls and lets through whom the policy lets call this RPC, before a byte of the request's body is read.</summary>
internal sealed class AccessGuard(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context, TokenReader tokens, AccountTable accounts)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName is { } rpc)
        {
            try
            {
                var identified = await tokens.ReadAsync(context);
                var rule = Check(rpc, identified.Caller);
                await accounts.CheckAsync(identified, rule.Changes.Length > 0, context.RequestAborted);
                context.Features.Set(identified);
            }
            catch (MatchingException refusal)
            {
                await EarlyRefusal.WriteAsync(context, ErrorStatus.Of(refusal));
                return;
            }
            catch (TimeoutException)
            {
                await EarlyRefusal.WriteAsync(context, ErrorStatus.Of(Code.Unavailable, "The exchange cannot do this right now; the call is safe to repeat.", "Unavailable"));
                return;
            }
        }

        await next(context);
    }

    private static Rule Check(string rpc, Caller caller)
    {
        var method = rpc[(rpc.LastIndexOf('/') + 1)..];
        if (Policy.Find(rpc) is not { } rule)
        {
            throw new MatchingException(MatchingError.NotPermitted, $"{method} is open to nobody.");
        }

        if (!rule.Roles.Contains(caller.Role))
        {
            throw caller.Role == CallerRole.Anonymous
                ? new MatchingException(MatchingError.Unauthenticated, $"{method} needs a token: send the header 'Authorization: Bearer …'.")
                : new MatchingException(MatchingError.NotPermitted, $"{method} is not open to the role {caller.Role}.");
        }

        return rule;
    }
}
