namespace CooperaNet.Matching.Authorities;

[GrainType("authority")]
internal sealed class AuthorityGrain : Grain, IAuthorityGrain
{
    private readonly ParticipantDesk desk;
    private readonly AccountDesk account;

    public AuthorityGrain([PersistentState("authority")] IPersistentState<Participant> state, AccountReader accounts, TimeProvider clock)
    {
        desk = new(state, clock);
        account = new(state, accounts, () => GrainFactory.GetMail(), clock);
    }

    public ValueTask<Participant?> FindAsync(CancellationToken cancellationToken) => new(desk.Find());

    public Task<Participant> RegisterAsync(Participant profile, Caller caller, CancellationToken cancellationToken) => desk.RegisterAsync(profile, caller, cancellationToken);

    public Task<Participant> UpdateAsync(ProfileChange change, string etag, Caller caller, CancellationToken cancellationToken) =>
        desk.UpdateAsync(this.GetPrimaryKeyString(), change, etag, caller, cancellationToken);

    public Task<Participant> ConfirmAsync(string etag, Caller caller, CancellationToken cancellationToken) =>
        desk.ConfirmAsync(this.GetPrimaryKeyString(), etag, caller, cancellationToken);

    public Task<Participant> InviteAsync(string address, string etag, Caller caller, CancellationToken cancellationToken) =>
        account.InviteAsync(this.GetPrimaryKeyString(), address, etag, caller, cancellationToken);

    public Task<Participant> ResendInvitationAsync(string etag, Caller caller, CancellationToken cancellationToken) =>
        account.ResendAsync(this.GetPrimaryKeyString(), etag, caller, cancellationToken);

    public Task<Participant> HandOverAsync(string address, string etag, Caller caller, CancellationToken cancellationToken) =>
        account.HandOverAsync(this.GetPrimaryKeyString(), address, etag, caller, cancellationToken);

    public Task<Participant> SuspendAsync(string etag, Caller caller, CancellationToken cancellationToken) =>
        account.SuspendAsync(this.GetPrimaryKeyString(), etag, caller, cancellationToken);

    public Task<Participant> ResumeAsync(string etag, Caller caller, CancellationToken cancellationToken) =>
        account.ResumeAsync(this.GetPrimaryKeyString(), etag, caller, cancellationToken);

    public Task<Participant> ChangeAddressAsync(string address, string etag, Caller caller, CancellationToken cancellationToken) =>
        account.ChangeAddressAsync(this.GetPrimaryKeyString(), address, etag, caller, cancellationToken);

    public Task<Participant> ConfirmAddressAsync(string secret, CancellationToken cancellationToken) => account.ConfirmAddressAsync(secret, cancellationToken);

    public Task<Invitation?> FindInvitationAsync(string secret, CancellationToken cancellationToken) => Task.FromResult(account.FindInvitation(secret));

    public Task<Participant> ActivateAsync(string secret, CancellationToken cancellationToken) => account.ActivateAsync(secret, cancellationToken);

    public Task<AccountStanding?> SignInAsync(string holder, CancellationToken cancellationToken) => account.SignInAsync(holder, cancellationToken);
}
