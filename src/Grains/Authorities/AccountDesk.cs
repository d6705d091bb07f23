using CooperaNet.Matching.Mail;

namespace CooperaNet.Matching.Authorities;

/// <summary>Carries out the verbs of an account over its participant's state. One grain owns it, so that one account at most is active whatever races happen.</summary>
internal sealed class AccountDesk(IPersistentState<Participant> state, AccountReader accounts, Func<IMailGrain> mail, TimeProvider clock)
{
    /// <summary>How long a link is good.</summary>
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromDays(7);

    public Task<Participant> InviteAsync(string name, string address, string etag, Caller caller, CancellationToken cancellationToken)
    {
        if (IsRepeated("invite", caller))
        {
            return SendAgainAsync("invite", caller, cancellationToken);
        }

        var current = Managed(name, etag, caller);
        Expect(current, current.Account == AccountState.None, "is invited when it has none");
        return SendInvitationAsync(current, AccountAddress.Read(address), "invite", endAccess: false, caller, cancellationToken);
    }

    public Task<Participant> ResendAsync(string name, string etag, Caller caller, CancellationToken cancellationToken)
    {
        if (IsRepeated("resend", caller))
        {
            return SendAgainAsync("resend", caller, cancellationToken);
        }

        var current = Managed(name, etag, caller);
        Expect(current, current.Account == AccountState.Invited, "gets another invitation while it is invited");
        return SendInvitationAsync(current, Record(current).Address, "resend", endAccess: false, caller, cancellationToken);
    }

    public Task<Participant> HandOverAsync(string name, string address, string etag, Caller caller, CancellationToken cancellationToken)
    {
        if (IsRepeated("hand-over", caller))
        {
            return SendAgainAsync("hand-over", caller, cancellationToken);
        }

        var current = Managed(name, etag, caller);
        Expect(current, current.Account != AccountState.None, "is handed over when there is one");
        return SendInvitationAsync(current, AccountAddress.Read(address), "hand-over", endAccess: true, caller, cancellationToken);
    }

    public Task<Participant> SuspendAsync(string name, string etag, Caller caller, CancellationToken cancellationToken)
    {
        if (IsRepeated("suspend", caller))
        {
            return Task.FromResult(state.State);
        }

        var current = Managed(name, etag, caller);
        Expect(current, current.Account == AccountState.Active, "is suspended while it is active");
        var record = Record(current);
        return CommitAsync(current, AccountState.Suspended, record with { Epoch = record.Epoch + 1, AddressChange = null }, "suspend", caller, cancellationToken);
    }

    public Task<Participant> ResumeAsync(string name, string etag, Caller caller, CancellationToken cancellationToken)
    {
        if (IsRepeated("resume", caller))
        {
            return Task.FromResult(state.State);
        }

        var current = Managed(name, etag, caller);
        Expect(current, current.Account == AccountState.Suspended, "is resumed while it is suspended");
        return CommitAsync(current, AccountState.Active, Record(current), "resume", caller, cancellationToken);
    }

    public async Task<Participant> ChangeAddressAsync(string name, string address, string etag, Caller caller, CancellationToken cancellationToken)
    {
        if (caller.Role is not (CallerRole.Secretariat or CallerRole.System))
        {
            caller.CheckMayChange(ParentId.Parse(name, "name"));
        }

        if (Replays.Are(state.State.Change, caller, "change-address", clock.GetUtcNow()))
        {
            return state.State;
        }

        var current = Current(name, etag);
        Expect(current, current.Account == AccountState.Active && Record(current).Address.Length > 0, "changes its address while it is active and has one");
        var (record, wanted) = (Record(current), AccountAddress.Read(address));
        if (string.Equals(wanted, record.Address, StringComparison.OrdinalIgnoreCase))
        {
            throw MatchingException.Invalid("address", $"'{wanted}' is the present address.");
        }

        await CheckFreeAsync(name, wanted, cancellationToken);
        var (oldSecret, newSecret, expires) = (LinkSecret.Create(), LinkSecret.Create(), clock.GetUtcNow() + LinkLifetime);
        var changed = await CommitAsync(
            current, current.Account, record with { AddressChange = new(wanted, LinkSecret.Digest(oldSecret), LinkSecret.Digest(newSecret), expires) }, "change-address", caller, cancellationToken);
        await SendAsync(changed, new(LetterKind.ConfirmOldAddress, record.Address, name, oldSecret, expires, Language(current)), cancellationToken);
        return await SendAsync(state.State, new(LetterKind.ConfirmNewAddress, wanted, name, newSecret, expires, Language(current)), cancellationToken);
    }

    public async Task<Participant> ConfirmAddressAsync(string secret, CancellationToken cancellationToken)
    {
        if (Record(state.State).AddressChange is not { } change || change.Expires <= clock.GetUtcNow() || state.State.Account != AccountState.Active
            || !(LinkSecret.Opens(secret, change.OldDigest) || LinkSecret.Opens(secret, change.NewDigest)))
        {
            throw new MatchingException(MatchingError.NotPermitted, "The link has ended or was used.");
        }

        var record = Record(state.State);
        await CheckFreeAsync(state.State.Name, change.Address, cancellationToken); // another may have taken it since
        var confirmed = change with { OldConfirmed = change.OldConfirmed || LinkSecret.Opens(secret, change.OldDigest), NewConfirmed = change.NewConfirmed || LinkSecret.Opens(secret, change.NewDigest) };
        return confirmed == change ? state.State
            : await CommitAsync(
                state.State, AccountState.Active,
                confirmed is { OldConfirmed: true, NewConfirmed: true } ? record with { Address = change.Address, AddressChange = null, BounceTime = null } : record with { AddressChange = confirmed },
                "confirm-address", Holder(record.Holder), cancellationToken);
    }

    public Invitation? FindInvitation(string secret) =>
        state.State is { Account: AccountState.Invited, AccountRecord.Invitation: { } invitation } && invitation.Expires > clock.GetUtcNow() && LinkSecret.Opens(secret, invitation.Digest) ? invitation : null;

    public Task<Participant> ActivateAsync(string secret, CancellationToken cancellationToken)
    {
        var invitation = FindInvitation(secret) ?? throw new MatchingException(MatchingError.NotPermitted, "The link has ended or was used.");
        return CommitAsync(state.State, AccountState.Active, Record(state.State) with { Invitation = null, Holder = invitation.Holder }, "activate", Holder(invitation.Holder), cancellationToken);
    }

    public async Task<AccountStanding?> SignInAsync(string holder, CancellationToken cancellationToken)
    {
        if (state.State is not { Account: AccountState.Active, AccountRecord: { } record } || record.Holder != holder || holder.Length == 0)
        {
            return null;
        }

        // at the same revision, which is no event of the history: sign-ins have a journal of their own
        await state.CommitAsync(state.State with { AccountRecord = record with { SignInTime = clock.GetUtcNow() } }, cancellationToken);
        return new(state.State.Name, state.State.Account, record.Epoch);
    }

    /// <summary>Whether this very call was made before, and its caller may not have got the answer.</summary>
    private bool IsRepeated(string why, Caller caller)
    {
        caller.CheckManagesAccounts();
        return Replays.Are(state.State.Change, caller, why, clock.GetUtcNow());
    }

    /// <summary>The answer to a repeated invitation; when it isn't known whether the letter left, and nobody has followed its link, another one is sent.</summary>
    private Task<Participant> SendAgainAsync(string why, Caller caller, CancellationToken cancellationToken) => state.State.Account != AccountState.Invited || Record(state.State).LastMail != MailOutcome.None
        ? Task.FromResult(state.State)
        : SendInvitationAsync(state.State, Record(state.State).Address, why, endAccess: false, caller, cancellationToken);

    private async Task<Participant> SendInvitationAsync(Participant current, string address, string why, bool endAccess, Caller caller, CancellationToken cancellationToken)
    {
        await CheckFreeAsync(current.Name, address, cancellationToken);
        var (record, secret, now) = (Record(current), LinkSecret.Create(), clock.GetUtcNow());
        var invitation = new Invitation(LinkSecret.Digest(secret), now + LinkLifetime, Guid.NewGuid().ToString("n"));
        var invited = await CommitAsync(
            current, AccountState.Invited,
            record with
            {
                Address = address,
                Epoch = endAccess ? record.Epoch + 1 : record.Epoch,
                Holder = "",
                Invitation = invitation,
                InviteTime = now,
                SignInTime = endAccess ? null : record.SignInTime,
                AddressChange = null,
                BounceTime = null,
                LastMail = MailOutcome.None,
            },
            why, caller, cancellationToken);
        return await SendAsync(invited, new(LetterKind.Invitation, address, current.Name, secret, invitation.Expires, Language(current)), cancellationToken);
    }

    /// <summary>Sends and notes what became of it, at the same revision: the letter is no event of its own.</summary>
    private async Task<Participant> SendAsync(Participant current, Letter letter, CancellationToken cancellationToken)
    {
        MailOutcome outcome;
        try
        {
            outcome = await mail().SendAsync(letter, cancellationToken);
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            outcome = MailOutcome.Failed;
        }

        var record = Record(current);
        var bounced = outcome == MailOutcome.Refused && letter.To == record.Address;
        return await state.CommitAsync(current with { AccountRecord = record with { LastMail = outcome, BounceTime = bounced ? clock.GetUtcNow() : record.BounceTime } }, cancellationToken);
    }

    private Task<Participant> CommitAsync(Participant current, AccountState account, AccountRecord record, string why, Caller caller, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return state.CommitAsync(
            current with
            {
                Account = account,
                AccountRecord = account == current.Account ? record : record with { StateTime = now },
                Revision = current.Revision + 1,
                UpdateTime = now,
                Change = caller.Did(why, now).After(current.Change),
            },
            cancellationToken);
    }

    private Participant Managed(string name, string etag, Caller caller)
    {
        caller.CheckManagesAccounts();
        return Current(name, etag);
    }

    private Participant Current(string name, string etag)
    {
        var current = state.State.Revision > 0 ? state.State : throw MatchingException.NotFound(name);
        return etag.Length == 0 || etag == current.Etag ? current
            : throw new MatchingException(MatchingError.Stale, $"'{name}' has the etag '{current.Etag}', not '{ResourceId.Excerpt(etag)}': read it again and repeat the change.");
    }

    private async Task CheckFreeAsync(string name, string address, CancellationToken cancellationToken)
    {
        if (await accounts.FindOtherByAddressAsync(name, address, cancellationToken) is not null)
        {
            throw MatchingException.Invalid("address", $"'{address}' is the address of another account.");
        }
    }

    /// <summary>The holder, as whom changes by a link are told.</summary>
    private Caller Holder(string subject)
    {
        var owner = ParentId.Parse(state.State.Name, "name");
        return new() { Subject = subject, Role = owner.Kind == ParentKind.Authority ? CallerRole.FocalPoint : CallerRole.Partner, Participant = owner };
    }

    private static void Expect(Participant current, bool fits, string rule)
    {
        if (!fits)
        {
            throw new MatchingException(MatchingError.WrongState, $"The account of '{current.Name}' is in the state {current.Account}; an account {rule}.");
        }
    }

    private static AccountRecord Record(Participant participant) => participant.AccountRecord ?? new();

    private static string Language(Participant participant) =>
        participant.LanguageCodes.Select(code => code.Split('-')[0].ToLowerInvariant()).FirstOrDefault(Taxonomy.Label.Languages.Contains) ?? "en";
}
