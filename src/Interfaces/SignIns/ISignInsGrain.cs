namespace CooperaNet.Matching.SignIns;

/// <summary>An attempt to sign in by the built-in pages, or a token for an application.</summary>
/// <param name="Seq">Its place in the order of time.</param>
/// <param name="Time">When, UTC.</param>
/// <param name="Subject">Whose; empty when nobody has the address.</param>
/// <param name="Participant">Whose account; empty for staff and for nobody.</param>
/// <param name="Outcome">signed-in, wrong-password, wrong-second-factor, locked, ended, unknown, activated or application.</param>
/// <param name="From">From which network address.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SignInEvent")]
public sealed record SignInEvent(
    [property: Id(0)] long Seq, [property: Id(1)] DateTimeOffset Time, [property: Id(2)] string Subject, [property: Id(3)] string Participant, [property: Id(4)] string Outcome, [property: Id(5)] string From);

/// <summary>Which; empty allows all.</summary>
/// <param name="Participant">Whose account.</param>
/// <param name="Subject">Whose.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Start">At or after.</param>
/// <param name="End">Before.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.SignInFilter")]
public sealed record SignInFilter(
    [property: Id(0)] string Participant = "", [property: Id(1)] string Subject = "", [property: Id(2)] string Outcome = "", [property: Id(3)] DateTimeOffset? Start = null, [property: Id(4)] DateTimeOffset? End = null);

/// <summary>Reads sign-ins, which are kept for 400 days; any silo serves it.</summary>
[Alias("cooperanet.ISignInsGrain")]
public interface ISignInsGrain : IGrainWithIntegerKey
{
    /// <summary>One page, newest first, for the Secretariat and administrators. Throws NotPermitted, Invalid.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="pageSize">0 is 50; more than 100 is 100.</param>
    /// <param name="pageToken">Empty, or the token of the page before.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops.</param>
    [Alias("List")]
    Task<Register.Page<SignInEvent>> ListAsync(SignInFilter filter, int pageSize, string pageToken, Caller caller, CancellationToken cancellationToken);
}
