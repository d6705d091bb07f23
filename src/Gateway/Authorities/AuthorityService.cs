using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.Gateway.Audit;
using CooperaNet.Matching.Gateway.Json;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Type;
using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Authorities;

/// <summary>Translates wire messages to grain calls and back; decides nothing.</summary>
internal sealed class AuthorityService(IGrainFactory grains) : V1.AuthorityService.AuthorityServiceBase
{
    private static readonly string[] AuthorityPaths = ["institution", "languageCodes", "website"];
    private static readonly string[] PartnerPaths = ["displayName", "institution", "languageCodes", "website"];

    public override async Task<Authority> GetAuthority(GetAuthorityRequest request, ServerCallContext context) =>
        ToAuthority(context, await GetAsync(request.Name, ParentKind.Authority, context));

    public override async Task<Partner> GetPartner(GetPartnerRequest request, ServerCallContext context) =>
        ToPartner(context, await GetAsync(request.Name, ParentKind.Partner, context));

    public override async Task<ListAuthoritiesResponse> ListAuthorities(ListAuthoritiesRequest request, ServerCallContext context)
    {
        var page = await grains.GetRegister().ListParticipantsAsync(ParentKind.Authority, request.PageSize, request.PageToken, context.CancellationToken);
        return new() { Authorities = { page.Rows.Select(row => ToAuthority(context, row)) }, NextPageToken = page.NextPageToken };
    }

    public override async Task<ListPartnersResponse> ListPartners(ListPartnersRequest request, ServerCallContext context)
    {
        var page = await grains.GetRegister().ListParticipantsAsync(ParentKind.Partner, request.PageSize, request.PageToken, context.CancellationToken);
        return new() { Partners = { page.Rows.Select(row => ToPartner(context, row)) }, NextPageToken = page.NextPageToken };
    }

    public override async Task<Authority> UpdateAuthority(UpdateAuthorityRequest request, ServerCallContext context)
    {
        var given = request.Authority ?? throw MatchingException.Invalid("authority", "is missing.");
        var paths = FieldMasks.Paths(request.UpdateMask, given, AuthorityPaths);
        var change = new ProfileChange
        {
            Institution = paths.Contains("institution") ? given.Institution : null,
            LanguageCodes = paths.Contains("languageCodes") ? [.. given.LanguageCodes] : null,
            Website = paths.Contains("website") ? given.Website : null,
        };
        return ToAuthority(context, await grains.GetParticipant(Parse(given.Name, ParentKind.Authority, "authority.name")).UpdateAsync(change, given.Etag, context.Caller(request.RequestId), context.CancellationToken));
    }

    public override async Task<Partner> UpdatePartner(UpdatePartnerRequest request, ServerCallContext context)
    {
        var given = request.Partner ?? throw MatchingException.Invalid("partner", "is missing.");
        var paths = FieldMasks.Paths(request.UpdateMask, given, PartnerPaths);
        var change = new ProfileChange
        {
            DisplayName = paths.Contains("displayName") ? given.DisplayName : null,
            Institution = paths.Contains("institution") ? given.Institution : null,
            LanguageCodes = paths.Contains("languageCodes") ? [.. given.LanguageCodes] : null,
            Website = paths.Contains("website") ? given.Website : null,
        };
        return ToPartner(context, await grains.GetParticipant(Parse(given.Name, ParentKind.Partner, "partner.name")).UpdateAsync(change, given.Etag, context.Caller(request.RequestId), context.CancellationToken));
    }

    public override async Task<Authority> ConfirmAuthority(ConfirmAuthorityRequest request, ServerCallContext context) => ToAuthority(
        context, await grains.GetParticipant(Parse(request.Name, ParentKind.Authority, "name")).ConfirmAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken));

    public override async Task<Partner> ConfirmPartner(ConfirmPartnerRequest request, ServerCallContext context) => ToPartner(
        context, await grains.GetParticipant(Parse(request.Name, ParentKind.Partner, "name")).ConfirmAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken));

    public override async Task<ListActionsOnBehalfResponse> ListActionsOnBehalf(ListActionsOnBehalfRequest request, ServerCallContext context)
    {
        var page = await grains.GetAudit().ListActionsOnBehalfAsync(ParentId.Parse(request.Parent, "parent"), request.OpenOnly, request.PageSize, request.PageToken, context.Caller(), context.CancellationToken);
        return new() { Actions = { page.Rows.Select(AuditWire.ToAction) }, NextPageToken = page.NextPageToken };
    }

    private async Task<Participant> GetAsync(string name, ParentKind kind, ServerCallContext context) =>
        await grains.GetParticipant(Parse(name, kind, "name")).FindAsync(context.CancellationToken) ?? throw MatchingException.NotFound(name);

    private static ParentId Parse(string name, ParentKind kind, string field) => ParentId.Parse(name, field) is { } id && id.Kind == kind
        ? id : throw MatchingException.Invalid(field, $"'{ResourceId.Excerpt(name)}' does not name {(kind == ParentKind.Authority ? "an authority" : "a partner")}.");

    private static Authority ToAuthority(ServerCallContext context, Participant participant)
    {
        var names = MemberStates.All.GetValueOrDefault(participant.Country);
        return new()
        {
            Name = participant.Name,
            Country = participant.Country,
            DisplayNames = { Taxonomy.Label.Languages.Select(language => new LocalizedText { LanguageCode = language, Text = names.In(language) ?? participant.Country }) },
            AccountState = ToWire(participant.Account),
            Institution = participant.Institution,
            LanguageCodes = { participant.LanguageCodes },
            Website = participant.Website,
            Etag = participant.Etag,
            UpdateTime = participant.UpdateTime.ToTimestamp(),
            EntryOnBehalf = participant.Entry.ToWire(participant.Country, context.Caller()),
        };
    }

    private static Partner ToPartner(ServerCallContext context, Participant participant) => new()
    {
        Name = participant.Name,
        Country = participant.Country,
        DisplayName = participant.DisplayName,
        AccountState = ToWire(participant.Account),
        Institution = participant.Institution,
        LanguageCodes = { participant.LanguageCodes },
        Website = participant.Website,
        Etag = participant.Etag,
        UpdateTime = participant.UpdateTime.ToTimestamp(),
        EntryOnBehalf = participant.Entry.ToWire(participant.Country, context.Caller()),
    };

    private static V1.AccountState ToWire(Matching.Authorities.AccountState account) => (V1.AccountState)((int)account + 1);
}
