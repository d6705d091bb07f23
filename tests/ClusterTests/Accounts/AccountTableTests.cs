using System.Reflection;
using CooperaNet.Matching.Gateway.Access;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CooperaNet.Matching.ClusterTests.Accounts;

/// <summary>What a gateway does that can't ask whether accounts still hold.</summary>
public class AccountTableTests(ExchangeFixture exchange)
{
    private static readonly Identified Holder = new(new() { Subject = "t", Role = CallerRole.Partner, Participant = new(ParentKind.Partner, "table") }, null, Epoch: 0);
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public async Task Without_an_answer_changes_are_refused_after_some_seconds_and_reading_goes_on()
    {
        await Identity.IssuerServer.RegisterAsync(exchange, "partners/table");
        var cluster = DispatchProxy.Create<IGrainFactory, Cluster>();
        ((Cluster)cluster).Grains = exchange.Grains;
        var accounts = new AccountTable(cluster, clock, NullLogger<AccountTable>.Instance);
        await accounts.CheckAsync(Holder, changes: true, cancellation);

        ((Cluster)cluster).Grains = null;
        clock.Advance(TimeSpan.FromSeconds(4));
        await accounts.CheckAsync(Holder, changes: true, cancellation);
        clock.Advance(TimeSpan.FromSeconds(2));
        await accounts.CheckAsync(Holder, changes: false, cancellation);
        await Assert.ThrowsAsync<TimeoutException>(async () => await accounts.CheckAsync(Holder, changes: true, cancellation));
        await accounts.CheckAsync(new(Caller.Anonymous, null), changes: true, cancellation);

        ((Cluster)cluster).Grains = exchange.Grains;
        await accounts.CheckAsync(Holder, changes: true, cancellation);
    }

    [Fact]
    public async Task A_gateway_that_never_got_an_answer_lets_no_account_in()
    {
        var accounts = new AccountTable(DispatchProxy.Create<IGrainFactory, Cluster>(), clock, NullLogger<AccountTable>.Instance);

        await Assert.ThrowsAsync<TimeoutException>(async () => await accounts.CheckAsync(Holder, changes: false, cancellation));
    }

    [Theory]
    [InlineData("of an older epoch", "partners/table-epochs", 0)]
    [InlineData("of an epoch to come", "partners/table-epochs", 2)]
    [InlineData("of nobody", "partners/table-nobody", 0)]
    public async Task A_token_is_refused(string why, string participant, long epoch)
    {
        await Identity.IssuerServer.RegisterAsync(exchange, "partners/table-epochs");
        if ((await exchange.Grains.GetParticipant(new(ParentKind.Partner, "table-epochs")).FindAsync(cancellation))!.Account == Authorities.AccountState.None)
        {
            await exchange.Grains.GetAccount(new(ParentKind.Partner, "table-epochs")).InviteAsync("table@epochs.example.org", "", Caller.System, cancellation);
            await exchange.Grains.GetAccount(new(ParentKind.Partner, "table-epochs")).HandOverAsync("table@epochs.example.org", "", Caller.System, cancellation);
        }

        var accounts = new AccountTable(exchange.Grains, clock, NullLogger<AccountTable>.Instance);
        var caller = Holder with { Caller = Holder.Caller with { Participant = ParentId.Parse(participant, why) }, Epoch = epoch };

        Assert.Equal(MatchingError.Unauthenticated, (await Assert.ThrowsAsync<MatchingException>(async () => await accounts.CheckAsync(caller, changes: false, cancellation))).Error);
    }

    /// <summary>The cluster, or none.</summary>
    public class Cluster : DispatchProxy
    {
        public IGrainFactory? Grains { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Grains is null ? throw new TimeoutException("No silo answers.") : targetMethod!.Invoke(Grains, args);
    }
}
