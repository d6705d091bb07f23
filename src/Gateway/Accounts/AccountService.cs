using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Gateway.Access;
using CooperaNet.Matching.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Accounts;

/// <summary>Translates wire messages to grain calls and back; decides nothing.</summary>
internal sealed class AccountService(IGrainFactory grains, TimeProvider clock) : V1.AccountService.AccountServiceBase
{
    private const string Suffix = "/account";

    /// <summary>An active account without a sign-in for so long is dormant.</summary>
    private static readonly TimeSpan Dormant = TimeSpan.FromDays(180);

    public override async Task<Account> GetAccount(GetAccountRequest request, ServerCallContext context)
    {
        var owner = Parse(request.Name);
        context.Caller().CheckSees(owner);
        return ToWire(await grains.GetParticipant(owner).FindAsync(context.CancellationToken) ?? throw MatchingException.NotFound(request.Name));
    }

    public override async Task<ListAccountsResponse> ListAccounts(ListAccountsRequest request, ServerCallContext context)
    {
        var filter = new AccountFilter(
            request.State == V1.AccountState.Unspecified ? null : (Matching.Authorities.AccountState)((int)request.State - 1), request.DormantOnly ? clock.GetUtcNow() - Dormant : null, request.BouncedOnly);
        var page = await grains.GetAccounts().ListAsync(filter, request.PageSize, request.PageToken, context.Caller(), context.CancellationToken);
        return new() { Accounts = { page.Rows.Select(ToWire) }, NextPageToken = page.NextPageToken };
    }

    public override async Task<Account> InviteAccount(InviteAccountRequest request, ServerCallContext context) =>
        ToWire(await grains.GetAccount(Parse(request.Name)).InviteAsync(request.Address, request.Etag, context.Caller(request.RequestId), context.CancellationToken));

    public override async Task<Account> ResendInvitation(ResendInvitationRequest request, ServerCallContext context) =>
        ToWire(await grains.GetAccount(Parse(request.Name)).ResendInvitationAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken));

    public override async Task<Account> SuspendAccount(SuspendAccountRequest request, ServerCallContext context) =>
        ToWire(await grains.GetAccount(Parse(request.Name)).SuspendAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken));

    public override async Task<Account> ResumeAccount(ResumeAccountRequest request, ServerCallContext context) =>
        ToWire(await grains.GetAccount(Parse(request.Name)).ResumeAsync(request.Etag, context.Caller(request.RequestId), context.CancellationToken));

    public override async Task<Account> HandOverAccount(HandOverAccountRequest request, ServerCallContext context) =>
        ToWire(await grains.GetAccount(Parse(request.Name)).HandOverAsync(request.Address, request.Etag, context.Caller(request.RequestId), context.CancellationToken));

    public override async Task<Account> ChangeAccountAddress(ChangeAccountAddressRequest request, ServerCallContext context) =>
        ToWire(await grains.GetAccount(Parse(request.Name)).ChangeAddressAsync(request.Address, request.Etag, context.Caller(request.RequestId), context.CancellationToken));

    private static ParentId Parse(string name) => name.EndsWith(Suffix, StringComparison.Ordinal) && ParentId.Find(name[..^Suffix.Length]) is { } owner
        ? owner : throw MatchingException.Invalid("name", $"'{ResourceId.Excerpt(name)}' is not the name of an account (authorities/pe/account).");

    private Account ToWire(Participant participant)
    {
        var (record, now) = (participant.AccountRecord ?? new(), clock.GetUtcNow());
        var isActive = participant.Account == Matching.Authorities.AccountState.Active;
        return new()
        {
            Name = participant.Name + Suffix,
            State = (V1.AccountState)((int)participant.Account + 1),
            Address = record.Address,
            PersonalAddressReason = PersonalAddress.Reason(record.Address),
            InviteTime = record.InviteTime?.ToTimestamp(),
            InvitationExpireTime = record.Invitation?.Expires.ToTimestamp(),
            DaysInvited = participant.Account == Matching.Authorities.AccountState.Invited && record.InviteTime is { } invited ? (int)(now - invited).TotalDays : 0,
            StateTime = record.StateTime?.ToTimestamp(),
            LastSignInTime = record.SignInTime?.ToTimestamp(),
            Dormant = isActive && (record.SignInTime ?? record.StateTime ?? DateTimeOffset.MinValue) < now - Dormant,
            BounceTime = record.BounceTime?.ToTimestamp(),
            LastMail = (Account.Types.Mail)(int)record.LastMail,
            PendingAddress = record.AddressChange?.Address ?? "",
            Etag = participant.Etag,
        };
    }
}
