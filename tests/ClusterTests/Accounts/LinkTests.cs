using CooperaNet.Matching.Authorities;
using Microsoft.Extensions.Time.Testing;

namespace CooperaNet.Matching.ClusterTests.Accounts;

/// <summary>How long links are good, on a clock of their own.</summary>
public class LinkTests(ExchangeFixture exchange)
{
    private const string Name = "partners/link-times";
    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Memory state = new();

    [Fact]
    public async Task A_link_ends_after_seven_days_or_with_the_next_one()
    {
        var desk = await InvitedAsync();
        var first = await SecretAsync("days@link.example.org");
        clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.NotNull(desk.FindInvitation(first));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(desk.FindInvitation(first));
        Assert.Equal(MatchingError.NotPermitted, (await Assert.ThrowsAsync<MatchingException>(() => desk.ActivateAsync(first, cancellation))).Error);

        await desk.ResendAsync(Name, "", Caller.System, cancellation);
        var second = await SecretAsync("days@link.example.org");
        await desk.ResendAsync(Name, "", Caller.System, cancellation);
        var third = await SecretAsync("days@link.example.org");

        Assert.Equal((null, true), (desk.FindInvitation(second), desk.FindInvitation(third) is not null));
        await desk.ActivateAsync(third, cancellation);
        Assert.Null(desk.FindInvitation(third));
        Assert.DoesNotContain(third, System.Text.Json.JsonSerializer.Serialize(state.State), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_ends_with_each_suspension_and_each_new_holder_and_never_returns()
    {
        var desk = await InvitedAsync();
        await desk.ActivateAsync(await SecretAsync("days@link.example.org"), cancellation);
        var holder = state.State.AccountRecord!.Holder;
        Assert.Equal(0, (await desk.SignInAsync(holder, cancellation))!.Epoch);
        var revision = state.State.Revision;

        await desk.SuspendAsync(Name, "", Caller.System, cancellation);
        Assert.Null(await desk.SignInAsync(holder, cancellation));
        await desk.ResumeAsync(Name, "", Caller.System, cancellation);
        Assert.Equal(1, (await desk.SignInAsync(holder, cancellation))!.Epoch);
        await desk.HandOverAsync(Name, "days@link.example.org", "", Caller.System, cancellation);
        await desk.ActivateAsync(await SecretAsync("days@link.example.org"), cancellation);

        Assert.Equal((null, 2L, revision + 4), (await desk.SignInAsync(holder, cancellation), state.State.AccountRecord.Epoch, state.State.Revision));
        Assert.Null(await desk.SignInAsync("", cancellation));
    }

    [Fact]
    public async Task Only_the_Secretariat_looks_after_accounts_and_a_holder_moves_its_own_address()
    {
        var desk = await InvitedAsync();
        await desk.ActivateAsync(await SecretAsync("days@link.example.org"), cancellation);
        var own = new Caller { Subject = "h", Role = CallerRole.Partner, Participant = ParentId.Parse(Name, "name") };
        var foreign = own with { Participant = new(ParentKind.Partner, "somebody-else") };

        foreach (var caller in (Caller[])[own, foreign, Caller.Anonymous, own with { Role = CallerRole.Administrator, Participant = null }])
        {
            foreach (var act in (Func<Task>[])
            [
                () => desk.InviteAsync(Name, "x@y.example.org", "", caller, cancellation), () => desk.ResendAsync(Name, "", caller, cancellation), () => desk.SuspendAsync(Name, "", caller, cancellation),
                () => desk.ResumeAsync(Name, "", caller, cancellation), () => desk.HandOverAsync(Name, "x@y.example.org", "", caller, cancellation),
            ])
            {
                Assert.Equal(MatchingError.NotPermitted, (await Assert.ThrowsAsync<MatchingException>(act)).Error);
            }
        }

        Assert.Equal(MatchingError.NotPermitted, (await Assert.ThrowsAsync<MatchingException>(() => desk.ChangeAddressAsync(Name, "x@y.example.org", "", foreign, cancellation))).Error);
        Assert.Equal("x@y.example.org", (await desk.ChangeAddressAsync(Name, "x@y.example.org", "", own, cancellation)).AccountRecord!.AddressChange!.Address);
    }

    private async Task<AccountDesk> InvitedAsync()
    {
        var desk = new AccountDesk(state, new AccountReader(exchange.Database), () => exchange.Grains.GetMail(), clock);
        await desk.InviteAsync(Name, "days@link.example.org", "", Caller.System, cancellation);
        return desk;
    }

    /// <summary>The secret in the newest letter; those of the tests that run meanwhile go elsewhere.</summary>
    private async Task<string> SecretAsync(string address)
    {
        await using var issuer = await Identity.IssuerServer.StartAsync(exchange);
        return (await issuer.LinkAsync(address)).Split("code=")[1];
    }

    /// <summary>A state in memory.</summary>
    private sealed class Memory : IPersistentState<Participant>
    {
        public Participant State { get; set; } = new() { Name = Name, Country = "US", Revision = 1 };

        public string Etag => State.Etag;

        public bool RecordExists => true;

        public Task ClearStateAsync() => throw new NotSupportedException();

        public Task WriteStateAsync() => Task.CompletedTask;

        public Task ReadStateAsync() => Task.CompletedTask;
    }
}
