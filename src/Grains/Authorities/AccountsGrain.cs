using CooperaNet.Matching.Register;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Authorities;

[StatelessWorker, GrainType("accounts")]
internal sealed class AccountsGrain(AccountReader accounts) : Grain, IAccountsGrain
{
    public Task<IReadOnlyList<AccountStanding>> ListStandingsAsync(CancellationToken cancellationToken) => accounts.ListStandingsAsync(cancellationToken);

    public Task<Page<Participant>> ListAsync(AccountFilter filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken)
    {
        caller.CheckManagesAccounts();
        return accounts.ListAsync(filter, pageSize, pageToken, cancellationToken);
    }
}
