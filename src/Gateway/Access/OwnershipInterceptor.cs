using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>Lets a call through only when what it is about is the caller's business, before the service looks at the request. The grains decide again.</summary>
internal sealed class OwnershipInterceptor(IGrainFactory grains) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await CheckAsync(request, context);
        return await continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await CheckAsync(request, context);
        await continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(new CheckedReader<TRequest>(requestStream, request => CheckAsync(request, context)), responseStream, context);

    private async Task CheckAsync(object request, ServerCallContext context)
    {
        if (Policy.Find(context.Method) is not { } rule || request is not IMessage message || rule.Objects(message) is not { Count: > 0 } names)
        {
            return;
        }

        var caller = OnBehalf.Read(context, rule.OnBehalfOf(message));
        var owners = names.Select(OwnerOf).OfType<ParentId>().ToList();
        if (rule.Changes.Length > 0 && owners.Count > 0)
        {
            caller = OnBehalf.ByToken(context, caller, owners[0]);
        }

        if (owners.Count == 0 || owners.Any(owner => rule.Changes.Length > 0 ? caller.MayChange(owner) : caller.Sees(owner)))
        {
            return; // without an owner the name can't be read: the service says so
        }

        foreach (var item in names.Select(ItemId.Find).OfType<ItemId>())
        {
            _ = await grains.GetItem(item).FindAsync(caller, context.CancellationToken) ?? throw MatchingException.NotFound(item.ToString());
        }

        if (rule.Changes.Length > 0)
        {
            caller.CheckMayChange(owners[0]);
        }

        caller.CheckSees(owners[0]);
    }

    /// <summary>Whose a resource is: every name begins with its owner's.</summary>
    private static ParentId? OwnerOf(string name) => name.Split('/') is [var collection, var id, ..] ? ParentId.Find($"{collection}/{id}") : null;

    /// <summary>Checks each message before the service gets it.</summary>
    private sealed class CheckedReader<T>(IAsyncStreamReader<T> requests, Func<T, Task> check) : IAsyncStreamReader<T>
        where T : class
    {
        public T Current => requests.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await requests.MoveNext(cancellationToken))
            {
                return false;
            }

            await check(requests.Current);
            return true;
        }
    }
}
