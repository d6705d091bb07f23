using System.Text;
using CooperaNet.Matching.V1;
using Grpc.Core;

namespace CooperaNet.Matching.ClusterTests.Audit;

/// <summary>What the audit tells, and to whom.</summary>
public class AuditTests(ExchangeFixture exchange)
{
    private const string Offer = "authorities/kn/offers/audited";
    private readonly AdminService.AdminServiceClient audit = new(exchange.As());
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_change_tells_who_when_by_which_request_and_what_it_was_before_and_after()
    {
        var own = new ExchangeService.ExchangeServiceClient(exchange.As("authorities/kn"));
        var instructed = new ExchangeService.ExchangeServiceClient(exchange.As());
        await own.CreateOfferAsync(new() { Parent = "authorities/kn", OfferId = "audited", RequestId = "request-1", Offer = new() { Title = "=HYPERLINK(\"x\")", LanguageCode = "en", Goals = { 4 } } }, cancellationToken: cancellation);
        await own.PublishOfferAsync(new() { Name = Offer }, cancellationToken: cancellation);
        await instructed.UpdateOfferAsync(new() { Offer = new() { Name = Offer, Title = "Sugar museum", Goals = { 4, 8 } }, OnBehalfOf = new() { Participant = "authorities/kn", Instruction = "-note of 2026-03-02" } }, cancellationToken: cancellation);
        await own.WithdrawOfferAsync(new() { Name = Offer }, cancellationToken: cancellation);

        var events = await exchange.EventuallyAsync(async () =>
        {
            var page = await audit.ListAuditEventsAsync(new() { Resource = Offer }, cancellationToken: cancellation);
            return page.Events is [{ Sealed: true }, ..] ? page.Events : null;
        });

        Assert.Equal("withdraw update publish create", string.Join(' ', events.Select(told => told.Verb)));
        Assert.Equal(("test-focal-point", "FOCAL_POINT", "tests", "", "request-1", "1"), events[3] is var created ? (created.Subject, created.Role, created.Application, created.OnBehalfOf, created.RequestId, created.Etag) : default);
        Assert.Equal(("test-secretariat", "SECRETARIAT", "authorities/kn", "-note of 2026-03-02"), events[1] is var updated ? (updated.Subject, updated.Role, updated.OnBehalfOf, updated.Instruction) : default);
        Assert.Equal(["title: =HYPERLINK(\"x\") -> Sugar museum", "goals: [4] -> [4,8]"], events[1].Changes.Select(Text));
        Assert.Equal(["state: PUBLISHED -> WITHDRAWN"], events[0].Changes.Select(Text));
        Assert.Contains("title:  -> =HYPERLINK(\"x\")", events[3].Changes.Select(Text));

        var administrators = await new AdminService.AdminServiceClient(exchange.With(exchange.Issuer.Token("administrator"))).ListAuditEventsAsync(new() { Resource = Offer }, cancellationToken: cancellation);
        Assert.Equal((4, 0), (administrators.Events.Count, administrators.Events.Sum(told => told.Changes.Count)));

        var csv = await ExportAsync(new() { Resource = Offer, Delimiter = ";" });
        Assert.StartsWith("\uFEFFevent;time;subject;role;application;onBehalfOf;instruction;resource;verb;etag;requestId;field;before;after", csv, StringComparison.Ordinal);
        Assert.Contains("'=HYPERLINK", csv, StringComparison.Ordinal);
        Assert.Contains("'-note of 2026-03-02", csv, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?m)(^|[;,\"])[=@+]", csv); // nothing that a spreadsheet would run
    }

    [Fact]
    public async Task Filters_hold_and_pages_join()
    {
        for (var i = 0; i < 3; i++)
        {
            await exchange.PostAsync($"/v1/authorities/jm/offers?offerId=audited-{i}", """{"title":"Beach cleaning","languageCode":"en"}""");
        }

        await exchange.PostAsync("/v1/authorities/jm/offers/audited-1:publish", "{}");
        var now = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(exchange.Clock.GetUtcNow().AddMinutes(1));
        async Task<string> Ask(Action<ListAuditEventsRequest> narrow)
        {
            var (found, request) = (new List<string>(), new ListAuditEventsRequest { Participant = "authorities/jm", PageSize = 2 });
            narrow(request);
            do
            {
                var page = await audit.ListAuditEventsAsync(request, cancellationToken: cancellation);
                found.AddRange(page.Events.Where(told => told.Resource.Contains("audited", StringComparison.Ordinal)).Select(told => $"{told.Verb} {told.Resource[^1]}"));
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            return string.Join(", ", found);
        }

        Assert.Equal("publish 1, create 2, create 1, create 0", await Ask(_ => { }));
        Assert.Equal("publish 1", await Ask(request => request.Verb = "publish"));
        Assert.Equal("publish 1, create 1", await Ask(request => request.Resource = "authorities/jm/offers/audited-1"));
        Assert.Equal("publish 1, create 2, create 1, create 0", await Ask(request => (request.Role, request.Subject) = ("FOCAL_POINT", "test-focal-point")));
        Assert.Equal("", await Ask(request => request.Subject = "somebody else"));
        Assert.Equal("", await Ask(request => request.Role = "SECRETARIAT"));
        Assert.Equal("", await Ask(request => request.OnBehalfOnly = true));
        Assert.Equal("", await Ask(request => request.StartTime = now));
        Assert.Equal("publish 1, create 2, create 1, create 0", await Ask(request => request.EndTime = now));
        foreach (var (wrong, field) in new (ListAuditEventsRequest, string)[] { (new() { Role = "KING" }, "role"), (new() { Participant = "x" }, "participant"), (new() { Resource = "x" }, "resource"), (new() { PageToken = "x" }, "pageToken"), (new() { PageSize = -1 }, "pageSize") })
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(async () => await audit.ListAuditEventsAsync(wrong, cancellationToken: cancellation));
            Assert.Equal((StatusCode.InvalidArgument, field), (refusal.StatusCode, refusal.Status.Detail.Split(':')[0]));
        }
    }

    private static string Text(FieldChange change) => $"{change.Field}: {change.Before} -> {change.After}";

    private async Task<string> ExportAsync(ExportAuditEventsRequest request)
    {
        var bytes = new List<byte>();
        using var call = audit.ExportAuditEvents(request, cancellationToken: cancellation);
        await foreach (var piece in call.ResponseStream.ReadAllAsync(cancellation))
        {
            bytes.AddRange(piece.Data);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
