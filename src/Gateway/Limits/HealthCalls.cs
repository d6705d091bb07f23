namespace CooperaNet.Matching.Gateway.Limits;

/// <summary>Calls by which load balancers ask whether the service is well: a limit that refused them would take it out of service.</summary>
internal static class HealthCalls
{
    /// <summary>Whether a method, as <c>/package.Service/Method</c>, is one of them.</summary>
    public static bool Are(string method) => method.StartsWith("/grpc.health.v1.Health/", StringComparison.Ordinal);
}
