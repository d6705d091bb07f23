using System.Globalization;
using System.Text.Json;
using CooperaNet.Matching.Register;
using CooperaNet.Matching.Storage;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Audit;

[StatelessWorker(Workers.Max), GrainType("audit")]
internal sealed class AuditGrain(AuditReader history) : Grain, IAuditGrain
{
    public async Task<Page<AuditEvent>> ListEventsAsync(AuditFilter filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken)
    {
        if (caller.Role is not (CallerRole.Secretariat or CallerRole.Administrator or CallerRole.System))
        {
            throw new MatchingException(MatchingError.NotPermitted, "The audit is for the Secretariat and administrators.");
        }

        var page = await history.ListAsync(filter, unansweredOnly: false, pageSize, pageToken, cancellationToken);
        return new([.. page.Rows.Select(row => ToEvent(row) is var told && caller.Role == CallerRole.Administrator ? told with { Changes = [] } : told)], page.NextPageToken);
    }

    public async Task<Page<AuditEvent>> ListActionsOnBehalfAsync(ParentId participant, bool openOnly, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckSees(participant);
        var page = await history.ListAsync(new(participant, OnBehalfOnly: true), openOnly, pageSize, pageToken, cancellationToken);
        return new([.. page.Rows.Select(ToEvent)], page.NextPageToken);
    }

    private static AuditEvent ToEvent(AuditRow row) => new()
    {
        Seq = row.Seq,
        Resource = row.Name,
        Revision = row.Revision,
        Change = new(
            row.Who ?? "", row.Why, row.Request, DateTimeOffset.Parse(row.At, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal),
            JsonSerializer.Deserialize<CallerRole>($"\"{row.Role}\"", StateJson.Options), row.OnBehalfOf, row.Instruction, row.Application),
        Changes = FieldChanges.Of(row),
        Sealed = row.IsSealed,
        Answer = row.OwnersVerb switch { null => OwnerAnswer.Open, "confirm" => OwnerAnswer.Confirmed, _ => OwnerAnswer.Corrected },
    };
}
