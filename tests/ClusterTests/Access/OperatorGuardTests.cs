using System.Net;
using CooperaNet.Matching.Gateway.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CooperaNet.Matching.ClusterTests.Access;

/// <summary>Who sees Orleans' dashboard.</summary>
public class OperatorGuardTests(ExchangeFixture exchange)
{
    [Theory]
    [InlineData("127.0.0.1", "", true)]
    [InlineData("::1", "", true)]
    [InlineData("::ffff:127.0.0.1", "", true)]
    [InlineData("192.0.2.7", "", false)]
    [InlineData("192.0.2.7", "administrator", true)]
    [InlineData("192.0.2.7", "secretariat", false)]
    [InlineData("192.0.2.7", "application", false)]
    [InlineData("192.0.2.7", "a token that is none", false)]
    [InlineData(null, "", false)]
    public async Task From_elsewhere_only_an_administrator_sees_the_dashboard(string? from, string role, bool isLetThrough)
    {
        await using var gateway = await exchange.StartGatewayAsync(exchange.Clock);
        await using var scope = gateway.Services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Connection.RemoteIpAddress = from is null ? null : IPAddress.Parse(from);
        if (role.Length > 0)
        {
            context.Request.Headers.Authorization = $"Bearer {(role.Contains(' ', StringComparison.Ordinal) ? role : exchange.Issuer.Token(role))}";
        }

        Assert.Equal(isLetThrough, await OperatorGuard.LetsThroughAsync(context));
    }
}
