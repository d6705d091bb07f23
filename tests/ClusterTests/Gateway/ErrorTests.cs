using CooperaNet.Matching.Gateway.Errors;
using CooperaNet.Matching.V1;
using Google.Rpc;
using Grpc.Core;

namespace CooperaNet.Matching.ClusterTests.Gateway;

public class ErrorTests(ExchangeFixture exchange)
{
    [Fact]
    public void Every_refusal_has_a_status_of_its_own()
    {
        var codes = Enum.GetValues<MatchingError>().Select(ErrorStatus.CodeOf).ToList();

        Assert.DoesNotContain(Code.Unknown, codes);
        Assert.Equal(codes.Count, codes.Distinct().Count());
    }

    [Fact]
    public async Task A_broken_rule_comes_back_over_grpc_with_its_fields()
    {
        var client = new ExchangeService.ExchangeServiceClient(exchange.As("authorities/pe"));

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await client.CreateOfferAsync(
            new() { Parent = "authorities/pe", Offer = new() { Title = "x", Goals = { 18 } } }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Equal(["offer.title", "offer.goals"], refusal.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Select(violation => violation.Field));
    }

    [Fact]
    public async Task A_stale_etag_is_ABORTED_and_a_wrong_state_is_FAILED_PRECONDITION()
    {
        var client = new ExchangeService.ExchangeServiceClient(exchange.As("authorities/bb"));
        var need = await client.CreateNeedAsync(new() { Parent = "authorities/bb", Need = new() { Title = "Waste water reuse", LanguageCode = "en" } }, cancellationToken: TestContext.Current.CancellationToken);

        var stale = await Assert.ThrowsAsync<RpcException>(async () => await client.PublishNeedAsync(new() { Name = need.Name, Etag = "7" }, cancellationToken: TestContext.Current.CancellationToken));
        var wrong = await Assert.ThrowsAsync<RpcException>(async () => await client.WithdrawNeedAsync(new() { Name = need.Name }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.Aborted, StatusCode.FailedPrecondition), (stale.StatusCode, wrong.StatusCode));
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_INVALID_ARGUMENT()
    {
        byte[] frame = [0, 0, 0, 0, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/cooperanet.matching.v1.ExchangeService/CreateOffer") { Version = new(2, 0), Content = new ByteArrayContent(frame) };
        request.Content.Headers.ContentType = new("application/grpc");

        using var response = await exchange.Json.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Contains("3", response.Headers.Concat(response.TrailingHeaders).Where(header => header.Key == "grpc-status").SelectMany(header => header.Value));
    }
}
