namespace CooperaNet.Matching.Mail;

/// <summary>What a letter is about; whoever sends it finds the words.</summary>
public enum LetterKind
{
    /// <summary>An invitation, with its link.</summary>
    Invitation = 1,

    /// <summary>Asks the present address to confirm a change of address, with a link.</summary>
    ConfirmOldAddress = 2,

    /// <summary>Asks the new address to confirm that it is right, with a link.</summary>
    ConfirmNewAddress = 3,
}

/// <summary>One letter.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="To">One e-mail address.</param>
/// <param name="Participant">Whose account it is about.</param>
/// <param name="Secret">What the link carries.</param>
/// <param name="Expires">When the link ends.</param>
/// <param name="Language">en, es, pt or fr.</param>
[GenerateSerializer, Immutable, Alias("cooperanet.Letter")]
public sealed record Letter(
    [property: Id(0)] LetterKind Kind, [property: Id(1)] string To, [property: Id(2)] string Participant, [property: Id(3)] string Secret, [property: Id(4)] DateTimeOffset Expires, [property: Id(5)] string Language)
{
    /// <summary>Without the secret, so that no log gets it.</summary>
    public override string ToString() => $"{Kind} to {Participant}";
}

/// <summary>Sends letters; any silo serves it.</summary>
[Alias("cooperanet.IMailGrain")]
public interface IMailGrain : IGrainWithIntegerKey
{
    /// <summary>Sends a letter, or says why not.</summary>
    [Alias("Send")]
    Task<Authorities.MailOutcome> SendAsync(Letter letter, CancellationToken cancellationToken);
}
