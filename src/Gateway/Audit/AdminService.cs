using CooperaNet.Matching.Audit;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Catalogs.Writing;
using CooperaNet.Matching.Gateway.Items;
using CooperaNet.Matching.Gateway.Streams;
using CooperaNet.Matching.V1;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Timeouts;

namespace CooperaNet.Matching.Gateway.Audit;

/// <summary>Translates wire messages to grain calls and back; decides nothing.</summary>
internal sealed class AdminService(IGrainFactory grains, StreamGuard guard) : V1.AdminService.AdminServiceBase
{
    private const int ExportPage = 100;
    private const int MaxCondition = 200;

    /// <summary>One line for each changed field, or one line for an event that changed none.</summary>
    private static readonly (string Name, Func<V1.AuditEvent, V1.FieldChange?, string> Value)[] Columns =
    [
        ("event", (told, _) => told.Name), ("time", (told, _) => told.Time.ToDiagnosticString().Trim('"')), ("subject", (told, _) => told.Subject), ("role", (told, _) => told.Role),
        ("application", (told, _) => told.Application), ("onBehalfOf", (told, _) => told.OnBehalfOf), ("instruction", (told, _) => told.Instruction), ("resource", (told, _) => told.Resource),
        ("verb", (told, _) => told.Verb), ("etag", (told, _) => told.Etag), ("requestId", (told, _) => told.RequestId),
        ("field", (_, change) => change?.Field ?? ""), ("before", (_, change) => change?.Before ?? ""), ("after", (_, change) => change?.After ?? ""),
    ];

    public override async Task<ListAuditEventsResponse> ListAuditEvents(ListAuditEventsRequest request, ServerCallContext context)
    {
        var filter = Filter(request.Participant, request.Resource, request.Subject, request.Role, request.Verb, request.OnBehalfOnly, request.StartTime, request.EndTime);
        var page = await grains.GetAudit().ListEventsAsync(filter, request.PageSize, request.PageToken, context.Caller(), context.CancellationToken);
        return new() { Events = { page.Rows.Select(AuditWire.ToWire) }, NextPageToken = page.NextPageToken };
    }

    [DisableRequestTimeout]
    public override async Task ExportAuditEvents(ExportAuditEventsRequest request, IServerStreamWriter<HttpBody> responseStream, ServerCallContext context) =>
        await guard.TransferAsync(context, cancellationToken => ExportAsync(request, responseStream, context, cancellationToken));

    private async Task ExportAsync(ExportAuditEventsRequest request, IServerStreamWriter<HttpBody> responseStream, ServerCallContext context, CancellationToken cancellationToken)
    {
        var filter = Filter(request.Participant, request.Resource, request.Subject, request.Role, request.Verb, request.OnBehalfOnly, request.StartTime, request.EndTime);
        var sheet = Spreadsheet.Of(request.Delimiter);
        var lines = sheet.Begin(Columns.Select(column => column.Name));
        for (var token = ""; ;)
        {
            var page = await grains.GetAudit().ListEventsAsync(filter, ExportPage, token, context.Caller(), cancellationToken);
            lines = [.. lines, .. sheet.Write(page.Rows.Select(AuditWire.ToWire).SelectMany(told => told.Changes.Cast<V1.FieldChange?>().DefaultIfEmpty().Select(change => Columns.Select(column => column.Value(told, change)))))];
            if (lines.Length > 0)
            {
                await responseStream.WriteAsync(new() { ContentType = Spreadsheet.ContentType, Data = UnsafeByteOperations.UnsafeWrap(Spreadsheet.ForTransport(lines, context)) }, cancellationToken);
            }

            (lines, token) = ([], page.NextPageToken);
            if (token.Length == 0)
            {
                break;
            }
        }
    }

    public override async Task<ListSignInEventsResponse> ListSignInEvents(ListSignInEventsRequest request, ServerCallContext context)
    {
        var filter = new Matching.SignIns.SignInFilter(
            request.Participant.Length > 0 ? ParentId.Parse(request.Participant, "participant").ToString() : "", Plain("subject", request.Subject), Plain("outcome", request.Outcome), ItemWire.ToTime(request.StartTime, "startTime"), ItemWire.ToTime(request.EndTime, "endTime"));
        var page = await grains.GetSignIns().ListAsync(filter, request.PageSize, request.PageToken, context.Caller(), context.CancellationToken);
        return new()
        {
            Events =
            {
                page.Rows.Select(told => new SignInEvent
                {
                    Name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"signInEvents/{told.Seq}"),
                    Time = told.Time.ToTimestamp(),
                    Subject = told.Subject,
                    Participant = told.Participant,
                    Outcome = told.Outcome,
                    From = told.From,
                }),
            },
            NextPageToken = page.NextPageToken,
        };
    }

    [DisableRequestTimeout]
    public override async Task VerifyIndex(VerifyIndexRequest request, IServerStreamWriter<VerifyIndexResponse> responseStream, ServerCallContext context) =>
        await guard.TransferAsync(context, cancellationToken => VerifyAsync(request, responseStream, context.Caller(), cancellationToken));

    private async Task VerifyAsync(VerifyIndexRequest request, IServerStreamWriter<VerifyIndexResponse> responseStream, Caller caller, CancellationToken cancellationToken)
    {
        for (var (partition, partitions) = (0, 1); partition < partitions; partition++)
        {
            var report = new VerifyIndexResponse { Partition = partition };
            var after = "";
            do
            {
                var page = await grains.GetIndex().CompareAsync(partition, after, request.Repair, caller, cancellationToken);
                IndexWire.Add(report, page);
                (after, partitions) = (page.Next, page.Partitions);
            }
            while (after.Length > 0);
            await responseStream.WriteAsync(report, cancellationToken);
        }
    }

    /// <summary>A condition as it is compared; PostgreSQL takes no NUL.</summary>
    private static string Plain(string field, string value) => value.Length <= MaxCondition && !value.Any(char.IsControl)
        ? value : throw MatchingException.Invalid(field, $"{value.Length} characters; at most {MaxCondition} without control characters are allowed.");

    private static AuditFilter Filter(string participant, string resource, string subject, string role, string verb, bool onBehalfOnly, Timestamp? start, Timestamp? end) => new(
        participant.Length > 0 ? ParentId.Parse(participant, "participant") : null,
        resource.Length == 0 || ItemId.Find(resource) is not null || ParentId.Find(resource) is not null ? resource : throw MatchingException.Invalid("resource", $"'{ResourceId.Excerpt(resource)}' is not the name of an item, authority or partner."),
        Plain("subject", subject), RoleNames.Read(role), Plain("verb", verb), onBehalfOnly, ItemWire.ToTime(start, "startTime"), ItemWire.ToTime(end, "endTime"));
}
