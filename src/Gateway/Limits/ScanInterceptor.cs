using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CooperaNet.Matching.Gateway.Limits;

/// <summary>Counts reads that may look at everything, which only their requests tell, as computations: lists by a filter, and figures as of a moment.</summary>
internal sealed class ScanInterceptor(RateLimits limits) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var scans = request switch
        {
            ListOffersRequest list => list.Filter.Length > 0,
            ListNeedsRequest list => list.Filter.Length > 0,
            GetStatisticsRequest figures => figures.AsOfTime is not null,
            _ => false,
        };
        return scans && limits.Refuse(context.Caller(), context.GetHttpContext(), CallCost.Computation) is { } refusal ? throw refusal.ToRpcException() : continuation(request, context);
    }
}
