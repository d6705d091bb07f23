namespace CooperaNet.Matching.Authorities;

[GrainType("authority")]
internal sealed class AuthorityGrain([PersistentState("authority")] IPersistentState<Participant> state, TimeProvider clock) : Grain, IAuthorityGrain
{
    private readonly ParticipantDesk desk = new(state, clock);

    public ValueTask<Participant?> FindAsync(CancellationToken cancellationToken) => new(desk.Find());

    public Task<Participant> RegisterAsync(Participant profile, Caller caller, CancellationToken cancellationToken) => desk.RegisterAsync(profile, caller, cancellationToken);

    public Task<Participant> UpdateAsync(ProfileChange change, string etag, Caller caller, CancellationToken cancellationToken) =>
        desk.UpdateAsync(this.GetPrimaryKeyString(), change, etag, caller, cancellationToken);

    public Task<Participant> ConfirmAsync(string etag, Caller caller, CancellationToken cancellationToken) =>
        desk.ConfirmAsync(this.GetPrimaryKeyString(), etag, caller, cancellationToken);
}
